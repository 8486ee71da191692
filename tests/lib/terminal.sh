# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Driving an interactive program through a pseudo-terminal. Needs tests/lib/tap.sh.

# terminal_start COMMAND: runs the command line on a terminal of its own; its output gathers in
# $screen.
terminal_start()
{
	screen=$work/screen
	terminal_seen=0
	trap '' PIPE # keys to a program that is gone are no reason to die
	rm -f "$work/keys"
	mkfifo "$work/keys"
	: >"$screen"
	script -q -e -f -c "$1" "$screen" <"$work/keys" >/dev/null 2>&1 &
	terminal_pid=$!
	tap_pids="$tap_pids $terminal_pid"
	exec 4>"$work/keys"
}

# Types bytes, as printf writes them: keys 'help\r'
keys()
{
	# shellcheck disable=SC2059 # the argument is the format on purpose
	printf "$1" >&4
}

# New output since the last expect that succeeded.
terminal_new()
{
	tail -c +$((terminal_seen + 1)) "$screen" | tr -d '\r'
}

# expect REGEX [SECONDS]: waits for it in the new output, which is then old.
expect()
{
	expect_turns=$((${2:-120} * 10))
	while ! terminal_new | grep -a -q -E -e "$1"; do
		expect_turns=$((expect_turns - 1))
		if [ $expect_turns -le 0 ] || ! kill -0 "$terminal_pid" 2>/dev/null; then
			terminal_new | grep -a -q -E -e "$1" && break
			return 1
		fi
		sleep 0.1
	done
	terminal_new >"$work/last-output"
	terminal_seen=$(wc -c <"$screen")
}

# sees NAME REGEX: expect as a test.
sees()
{
	expect "$2" "${3:-120}"
	if ! ok $? "$1"; then
		diag "no '$2' in:"
		terminal_new | tail -n 20 | diag -
		return 1
	fi
}

# Ends the program's input and returns its exit status.
terminal_end()
{
	exec 4>&-
	wait "$terminal_pid"
}
