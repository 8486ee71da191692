# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Driving an interactive program through a pseudo-terminal. Needs tests/lib/tap.sh.

prompt='crosscall> $' # the kernel's console, for answer()

# terminal_start COMMAND: runs the command line on a terminal of its own; its output gathers in
# $screen. A time limit needs timeout --foreground: sh runs it as a job of its own, and such a job
# must not touch the terminal.
terminal_start()
{
	screen=$work/screen
	terminal_seen=0
	trap '' PIPE # keys to a program that is gone are no reason to die
	rm -f "$work/keys"
	mkfifo "$work/keys"
	: >"$screen"
	: >"$work/last-output"
	SHELL=/bin/sh script -q -e -f -c "$1" "$screen" <"$work/keys" >/dev/null 2>&1 &
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

# The output since the last expect that succeeded, as it is now, into last-output. The screen grows
# meanwhile: what comes later is for the next look.
terminal_look()
{
	terminal_size=$(wc -c <"$screen")
	head -c "$terminal_size" "$screen" | tail -c +$((terminal_seen + 1)) | tr -d '\r' \
		>"$work/last-output"
}

# expect REGEX [SECONDS]: waits for it in the new output, which is then old. Also when it does not
# come, last-output is what was there to see.
expect()
{
	expect_turns=$((${2:-120} * 10))
	while :; do
		terminal_look
		grep -a -q -E -e "$1" "$work/last-output" && break
		expect_turns=$((expect_turns - 1))
		if [ $expect_turns -le 0 ] || ! kill -0 "$terminal_pid" 2>/dev/null; then
			terminal_look
			grep -a -q -E -e "$1" "$work/last-output" && break
			return 1
		fi
		sleep 0.1
	done
	terminal_seen=$terminal_size
}

# Shows the output that lacks what was expected.
terminal_blame()
{
	diag "no '$1' in:"
	tail -n 40 "$work/last-output" | diag -
}

# sees NAME REGEX [SECONDS]: expect as a test.
sees()
{
	expect "$2" "${3:-120}"
	ok $? "$1" || { terminal_blame "$2" && return 1; }
}

# answered REGEX: it stands behind the echo of what was typed last.
answered()
{
	sed 1d "$work/last-output" | grep -a -q -E -e "$1"
}

# answer NAME KEYS REGEX [SECONDS]: types, waits for the next prompt, and looks for the answer behind
# the echo.
answer()
{
	keys "$2"
	if ! expect "$prompt" "${4:-60}"; then
		ok 1 "$1"
		terminal_blame "$prompt"
		return 1
	fi
	answered "$3"
	ok $? "$1" || { terminal_blame "$3" && return 1; }
}

# Ends the program's input and returns its exit status.
terminal_end()
{
	exec 4>&-
	wait "$terminal_pid"
}
