#!/bin/sh
# SPDX-License-Identifier: MIT
# the console's commands that take CPUs away, bring them back, make them silent, and measure
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"

start_console()
{
	terminal_start "$root/crosscall run --no-install --arch $arch --cpus 4 --timeout 600 $*"
	sees "$arch: the prompt comes" "$prompt" 300 || done_testing
}

down_and_up()
{
	answer "$arch: cpu down 3" 'cpu down 3\r' '^cpu 3: off, says the firmware, after .* online now: 3$'
	answer "$arch: the CPU that is off is offline" 'cpus\r' '^ +3 +offline '
	answer "$arch: a call to it is refused" 'call 3\r' '^3: this CPU is offline'
	answer "$arch: cpu down 3 again is refused" 'cpu down 3\r' '^cpu 3: is not online'
	answer "$arch: start 3: it is off, not parked" 'start 3\r' '^cpu 3: is not stopped'
	answer "$arch: cpu up 3" 'cpu up 3\r' '^cpu 3: up after .* online now: 4$'
	answer "$arch: cpu up 3 again is refused" 'cpu up 3\r' '^cpu 3: is online'
	answer "$arch: a call to it works" 'call 3\r' '^cpu 3: ran on'
	answer "$arch: cpu down 0 is refused" 'cpu down 0\r' '^cpu 0: the boot CPU'
	answer "$arch: cpu sideways is named" 'cpu sideways 1\r' '^sideways: neither'
	answer "$arch: a CPU that is not there is named" 'cpu down 9\r' '^9: no CPU'
}

stop_and_start()
{
	answer "$arch: stop 2" 'stop 2\r' '^cpu 2: stopped after .* online now: 3$'
	answer "$arch: the CPU that is stopped is parked" 'cpus\r' '^ +2 +parked '
	answer "$arch: a call to it is refused" 'call 2\r' '^2: this CPU is offline'
	answer "$arch: stop 2 again is refused" 'stop 2\r' '^cpu 2: is not online'
	answer "$arch: cpu up 2 says what fetches it" 'cpu up 2\r' '^cpu 2: is stopped: start fetches it'
	answer "$arch: start 2" 'start 2\r' '^cpu 2: fetched from its mailbox after .* online now: 4$'
	answer "$arch: start 2 again is refused" 'start 2\r' '^cpu 2: is not stopped'
	answer "$arch: an IPI reaches it" 'ping 2 10\r' '^cpu 2: 10 round trips'
	answer "$arch: stop 0 is refused" 'stop 0\r' '^cpu 0: runs the console'
}

shows_where()
{
	answer "$arch: backtrace 1 names it" 'backtrace 1\r' '^cpu 1 was interrupted here'
	grep -a -q -i -E '(pc|elr).*[0-9a-f]{8}' "$work/last-output"
	ok $? "$arch: backtrace 1 shows its pc" || diag - <"$work/last-output"
	grep -a -E '^    [0-9a-f]{16}' "$work/last-output" | tail -n 1 |
		grep -a -q -E ' secondary_main\+0x[0-9a-f]+$'
	ok $? "$arch: backtrace 1 ends in the function where the CPU started" ||
		diag - <"$work/last-output"
	! grep -a -q -E '^    \.\.\.$' "$work/last-output"
	ok $? "$arch: backtrace 1 has no gap" || diag - <"$work/last-output"
	answer "$arch: backtrace all: CPU 3 too" 'backtrace all\r' '^cpu 3 was interrupted here'
}

# A CPU that spins with interrupts masked: on aarch64 its stall report says where.
stalls()
{
	begun='which has not begun function 0x[0-9a-f]+ \([a-z_]+\)'
	answer "$arch: stall 1 1s: the report" 'stall 1 1s\r' \
		"^crosscall: stall: CPU 0 has waited [0-9]+ ms for CPU 1, $begun"
	grep -a -q '^cpu 1: a call with a deadline of half that returned -110' "$work/last-output"
	ok $? "$arch: stall 1 1s: the deadline passes" || diag - <"$work/last-output"
	grep -a -q '^cpu 1: a call without one returned 0' "$work/last-output"
	ok $? "$arch: stall 1 1s: the call is answered in the end" || diag - <"$work/last-output"
	case $arch in
	aarch64) stalls_at=' be_silent\+0x' ;;
	*) stalls_at='^cpu 1: no backtrace; nothing here interrupts a masked CPU: the firmware has no SSE' ;;
	esac
	grep -a -q -E "$stalls_at" "$work/last-output"
	ok $? "$arch: stall 1 1s: where it is, or why not" || diag - <"$work/last-output"
}

stall_errors()
{
	answer "$arch: crash all with an argument" 'crash all trap\r' '^crash all takes no arguments$'
	answer "$arch: stall 0 is refused" 'stall 0 10\r' '^0: this CPU would wait for itself'
	answer "$arch: a time that is none is named" 'stall 1 q7q\r' '^q7q: not a number of milliseconds'
	answer "$arch: a lock kept from this CPU is refused" 'crash 0 locked\r' \
		'^crash 0 locked: this CPU would keep the console from itself'
	answer "$arch: a way to crash that there is not" 'crash 1 q7q\r' '^crash 1 q7q: no way to crash'
}

measures()
{
	answer "$arch: ipi reset" 'ipi reset\r' '^counters and latencies start over'
	answer "$arch: ipi latency: nothing yet" 'ipi latency tlb-flush\r' 'send to entry: no samples'
	answer "$arch: pings to measure" 'ping 1 50\r' '^cpu 1: 50 round trips'
	answer "$arch: ipi cpu 1: 50 since the reset" 'ipi cpu 1\r' '^ +1 +user-0( +0){6} +50 +0$'
	answer "$arch: ipi: the sender's side" 'ipi\r' '^ +0 +user-0 +50 +50( +0){6}$'
	grep -a -q -E '^ +all +user-0 +50( +[0-9]+\.[0-9]){4} +0\.00 %$' "$work/last-output"
	ok $? "$arch: ipi: how long they took, and how many failed" || diag - <"$work/last-output"
	answer "$arch: ipi latency user-0: each ping" 'ipi latency user-0\r' \
		'^ +1 +send to entry +50( +[0-9]+\.[0-9]){4}$'
	grep -a -q -E '^ +all +entry to done +50( +[0-9]+\.[0-9]){4}$' "$work/last-output"
	ok $? "$arch: ipi latency: and how long the handlers took" || diag - <"$work/last-output"
	grep -a -q -E 'below +[0-9]+ ns +[0-9]+ #' "$work/last-output"
	ok $? "$arch: ipi latency: a histogram"
	answer "$arch: ipi latency of no kind is named" 'ipi latency q7q\r' '^q7q: no kind'
	answer "$arch: ipi latency without a kind" 'ipi latency\r' '^usage: ipi latency KIND'
	answer "$arch: ipi cpu of no CPU is named" 'ipi cpu 77\r' '^77: no CPU'
	answer "$arch: ipi cpu without a CPU" 'ipi cpu\r' '^usage: ipi cpu CPU'
	answer "$arch: ipi what is named" 'ipi q7q\r' '^q7q: not a word that ipi knows'
}

# The parked CPU comes at 'start'; the tick goes on while the console waits.
options()
{
	start_console --append '"park=2 tick=broadcast"'
	answer "$arch: park=2: it is parked" 'cpus\r' '^ +2 +parked '
	answer "$arch: start 2 fetches it" 'start 2\r' '^cpu 2: fetched from its mailbox .* online now: 4$'
	answer "$arch: it works" 'call 2\r' '^cpu 2: ran on'
	answer "$arch: cpu down 2" 'cpu down 2\r' '^cpu 2: off, says the firmware,'
	answer "$arch: cpu up 2: it does not park again" 'cpu up 2\r' '^cpu 2: up after .* online now: 4$'
	answer "$arch: stop 3, and it stays" 'stop 3\r' '^cpu 3: stopped'
	keys 'quit\r'
	terminal_end
	is $? 0 "$arch: quit with a parked CPU: powers off, status 0" ||
		grep -a '^FAILED' "$screen" | diag -
	grep -a -q '^stopped: 3 of 3 other CPUs are off' "$screen"
	ok $? "$arch: the parked CPU is off too"
}

# Every other CPU is stopped and shown where it was; the run has failed.
crashes()
{
	start_console
	answer "$arch: stop 3 before the crash" 'stop 3\r' '^cpu 3: stopped'
	keys 'crash 1\r'
	terminal_end
	is $? 1 "$arch: crash 1: status 1"
	tr -d '\r' <"$screen" >"$work/crash"
	grep -a -q -E '^crosscall: panic on CPU 1 .*: asked for' "$work/crash"
	ok $? "$arch: the crash names the CPU"
	for cpu in 0 2; do
		grep -a -q -E "^  cpu $cpu: stopped at pc [0-9a-f]{16}, sp [0-9a-f]{16}" "$work/crash"
		ok $? "$arch: CPU $cpu is stopped, and shown where it was"
	done
	! grep -a -q -E '^  cpu [0-9]+: silent' "$work/crash"
	ok $? "$arch: nobody is silent" || tail -n 12 "$work/crash" | diag -
}

# One that another CPU cannot interrupt by an ordinary IPI, and that keeps the console.
crashes_masked()
{
	start_console
	keys 'crash 1 locked\r'
	terminal_end
	is $? 1 "$arch: crash 1 locked: status 1"
	tr -d '\r' <"$screen" >"$work/crash"
	case $arch in
	aarch64) crash_line='^  cpu 1: stopped at pc [0-9a-f]+, sp [0-9a-f]+, in thread [^,]+, interrupts masked$' ;;
	*) crash_line='^  cpu 1: silent; nothing here interrupts a masked CPU: ' ;;
	esac
	grep -a -q -E "$crash_line" "$work/crash"
	ok $? "$arch: the masked CPU is stopped, or said to be silent" || tail -n 30 "$work/crash" | diag -
	[ "$arch" != aarch64 ] || grep -a -q -E '^    [0-9a-f]{16} take_lock\+0x' "$work/crash"
	ok $? "$arch: the calls that led there" || tail -n 30 "$work/crash" | diag -
}

# A crash and what it leaves in $work/crash: status 1, one report that is whole. crash_report WORDS
crash_report()
{
	start_console
	keys "$1\\r"
	terminal_end
	is $? 1 "$arch: $1: status 1"
	tr -d '\r' <"$screen" >"$work/crash"
	is "$(grep -a -c 'panic on CPU' "$work/crash")" 1 "$arch: $1: one report"
	is "$(grep -a -c '^crosscall: FAIL ' "$work/crash")" 1 "$arch: $1: one verdict"
}

# crash_shows NAME REGEX: the report has such a line.
crash_shows()
{
	grep -a -q -E "$2" "$work/crash"
	ok $? "$arch: $1" || tail -n 30 "$work/crash" | diag -
}

# The stack is used up: the trap comes on another stack, and says why.
crashes_deep()
{
	crash_report "crash 1 overflow"
	crash_shows "the report names the stack" '^crosscall: panic on CPU 1 .*: stack overflow$'
	crash_shows "and where it went down" '^    [0-9a-f]{16} dig[^ ]*\+0x'
	crash_shows "the others are stopped" '^  cpu 2: stopped at pc '
}

# In the middle of a line, with the console's lock: the report begins a line of its own.
crashes_midline()
{
	crash_report "crash 2 midline"
	crash_shows "the line is ended" '^half of a li$'
	crash_shows "the report begins a line" '^crosscall: panic on CPU 2 '
}

# All at once: one of them reports. The others are too late, or an NMI-like stop comes before it.
crashes_together()
{
	crash_report "crash all"
	crash_shows "the reason" '^crosscall: panic on CPU [0-3] .*: asked for, on all CPUs at once$'
	others=$(grep -a -c -E '^  cpu [0-3]: (crashed too$|stopped at pc )' "$work/crash")
	is "$others" 3 "$arch: the other three are stopped" ||
		tail -n 12 "$work/crash" | diag -
}

for arch in $(archs aarch64); do
	start_console
	down_and_up
	stop_and_start
	shows_where
	stalls
	stall_errors
	measures
	keys 'quit\r'
	terminal_end
	is $? 0 "$arch: quit: powers off, status 0"
	options
	crashes
	if [ -n "$quick" ]; then
		skip "$arch: other crashes" "not in a quick run"
		continue
	fi
	crashes_masked
	crashes_deep
	crashes_midline
	crashes_together
done
done_testing
