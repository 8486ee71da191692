#!/bin/sh
# SPDX-License-Identifier: MIT
# CPUs that wait in a spin table, on aarch64: a stand-in for the firmware puts them there
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"
# shellcheck source=tests/lib/standin.sh
. "$root/tests/lib/standin.sh"

machine="qemu-system-aarch64 -M virt,gic-version=3 -cpu max -smp 4 -m 256M -display none -nic none"
guest=$(standin_guest "$machine")

# A spin table for CPU 1 to 3; spin_pen.S has the same addresses.
edit_tree()
{
	for cpu in 1 2 3; do
		release=$(printf "cpu-release-addr = <0x0 0x%x>" $((0x40090000 + cpu * 8)))
		echo "/cpu@$cpu {/,/}/s/\"psci\"/\"spin-table\"; $release/"
	done | standin_tree "$machine"
}

not_quick "a spin table"
check "the stand-in builds" standin_build spin_pen
check "its device tree" edit_tree
# shellcheck disable=SC2086 # words
timeout 300 $guest -append "batch hotplug=20" >"$work/log.raw" 2>&1 </dev/null
is $? 0 "the run passes"
tr -d '\r' <"$work/log.raw" >"$work/log"
is "$(field "$(verdict "$work/log")" cpus)" 4 "all four CPUs run"
grep -a -q '^stopped: 3 of 3 ' "$work/log"
ok $? "the others are known to have stopped, without PSCI's word"
[ "$tap_failed" -eq 0 ] || tail -n 25 "$work/log" | diag -

# Nothing leads back into the pen: a CPU that goes waits at its mailbox.
terminal_start "timeout --foreground 300 $guest"
sees "the prompt comes" "$prompt" 300 || done_testing
answer "cpu down 2" 'cpu down 2\r' '^cpu 2: parked, as its firmware could not .* online now: 3$'
answer "it is offline, in its mailbox" 'cpus\r' '^ +2 +parked '
answer "cpu up 2" 'cpu up 2\r' '^cpu 2: fetched from its mailbox after .* online now: 4$'
answer "a call to it works" 'call 2\r' '^cpu 2: ran on'
answer "cpu down 3, and it stays away" 'cpu down 3\r' '^cpu 3: parked'
keys 'quit\r'
sees "all stop, the one in its mailbox too" '^stopped: 3 of 3 '
terminal_end
is $? 0 "the console's run passes"
done_testing
