# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # root, build, work, crosscall: tests/lib/tap.sh and tests/cli.t
# 'crosscall run --gdb', for tests/cli.t: the package is a stand-in, and so is the debugger.

# listens PORT: something does, on 127.0.0.1.
listens()
{
	grep -q -i "^ *[0-9]*: 0100007F:$(printf '%04X' "$1") 00000000:0000 0A" /proc/net/tcp
}

# A port that nobody has now: below those that the system gives to clients.
free_port()
{
	gdb_port=$((20000 + $$ % 10000))
	while listens $gdb_port; do
		gdb_port=$((gdb_port + 1))
	done
}

# gdb_run LOG ARGUMENTS...: a batch run that waits for a debugger, in the background.
gdb_run()
{
	gdb_log=$1
	shift
	PATH="$work/bin" "$crosscall" run --no-install --batch --cpus 2 --timeout 300 \
		--qemu-args "-name crosscall-gdb-$$" "$@" >"$gdb_log" 2>"$gdb_log.err" </dev/null &
	gdb_pid=$!
	tap_pids="$tap_pids $gdb_pid"
}

# gdb_opens PORT: the run gets as far as that.
gdb_opens()
{
	turns=0
	while ! grep -q 'waiting for a debugger' "$gdb_log.err" || ! listens "$1"; do
		turns=$((turns + 1))
		[ $turns -lt 600 ] && kill -0 "$gdb_pid" 2>/dev/null || return 1
		sleep 0.1
	done
}

# What a debugger sends first when it lets the machine go on, and no more: it waits for the end.
gdb_continue()
{
	# shellcheck disable=SC2016 # the inner shell's
	timeout 300 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "+\$c#63" >&3 && cat <&3' bash "$1" \
		>"$work/gdb" 2>&1
}

# One that is there already is in the way of the second.
gdb_busy()
{
	PATH="$work/bin" "$crosscall" run --no-install --batch --gdb-port "$gdb_port" \
		>"$work/out" 2>"$work/err" </dev/null
	is $? 1 "--gdb, the port is taken: status 1"
	is "$(wc -l <"$work/err") $(wc -c <"$work/out")" "1 0" "--gdb, the port is taken: one line"
	grep -q -e "--gdb: port $gdb_port .*--gdb-port" "$work/err"
	ok $? "--gdb, the port is taken: the line names it" || diag - <"$work/err"
}

gdb_all()
{
	path_without gdb-multiarch
	printf '#!/bin/sh\nexit 0\n' >"$work/bin/gdb-multiarch"
	chmod +x "$work/bin/gdb-multiarch"
	free_port
	gdb_run "$work/waits" --gdb-port "$gdb_port"
	gdb_opens "$gdb_port"
	if ! ok $? "--gdb: the machine listens on the port"; then
		diag - <"$work/waits.err"
		return
	fi
	grep -q "gdb-multiarch -ex 'target remote 127.0.0.1:$gdb_port' $build/riscv64/crosscall.elf" "$work/waits.err"
	ok $? "--gdb: the line to type names the port and the kernel"
	gdb_busy
	sleep 1
	is "$(wc -c <"$work/waits")" 0 "--gdb: it waits, nothing has run"
	gdb_continue "$gdb_port"
	wait "$gdb_pid"
	is "$? $(grep -a -c '^crosscall: PASS cpus=2 ' "$work/waits")" "0 1" \
		"--gdb: told to go on, it passes" || tail -n 20 "$work/waits" "$work/waits.err" "$work/gdb" | diag -
	gdb_default_port
	none "--gdb: no QEMU is left behind" pgrep -f "qemu-system.*crosscall-gdb-$$"
}

# TERM ends the one that nobody lets go on.
gdb_default_port()
{
	if listens 1234; then
		skip "--gdb: port 1234" "somebody has it"
		return
	fi
	gdb_run "$work/default" --gdb
	gdb_opens 1234
	ok $? "--gdb: it is port 1234 that is meant" || diag - <"$work/default.err"
	kill "$gdb_pid"
	wait "$gdb_pid"
	is $? 1 "--gdb, TERM: status 1"
}
