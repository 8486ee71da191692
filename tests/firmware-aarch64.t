#!/bin/sh
# SPDX-License-Identifier: MIT
# a CPU that PSCI starts late, or never, or not again: cpu up says so, and the next one works
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"
# shellcheck source=tests/lib/standin.sh
. "$root/tests/lib/standin.sh"

machine="qemu-system-aarch64 -M virt,gic-version=3,virtualization=on -cpu max -smp 2 -m 256M -display none -nic none"
guest=$(standin_guest "$machine")

# The stand-in's memory is its own.
edit_tree()
{
	standin_tree "$machine" <<-'END'
		s,^/dts-v1/;,&\n/memreserve/ 0x40080000 0x20000;,
	END
}

cpu_down()
{
	answer "$1, cpu down" 'cpu down 1\r' '^cpu 1: off, .* online now: 1$'
}

cpu_up()
{
	answer "$1" 'cpu up 1\r' '^cpu 1: up after .* online now: 2$'
}

# The same for a CPU that the firmware still has, until it has come.
cpu_up_in_time()
{
	turns=0
	while [ $turns -lt 60 ] && keys 'cpu up 1\r' && expect "$prompt" 60; do
		answered '^cpu 1: up after ' && break
		turns=$((turns + 1))
		sleep 1
	done
	answered '^cpu 1: up after '
	ok $? "$1" || terminal_blame 'up after'
}

not_quick "unreliable firmware"
check "the stand-in builds" standin_build psci_liar
check "its device tree" edit_tree
terminal_start "timeout --foreground 400 $guest -append 'check=off patience=4'"
sees "the prompt comes" "$prompt" 300 || done_testing
answer "both CPUs run" 'cpus\r' '^ +1 +online '
cpu_down "never"
answer "never: it did not arrive" 'cpu up 1\r' '^cpu 1: .*did not arrive within 4 s'
answer "never: it is not there" 'call 1\r' '^1: this CPU is offline$'
cpu_up "never: the next one works"
cpu_down "late"
answer "late: it did not arrive" 'cpu up 1\r' '^cpu 1: .*did not arrive within 4 s'
answer "late: until it comes it is not off" 'cpu up 1\r' '^cpu 1: is not off, says the firmware'
cpu_up_in_time "late: it turned itself off, the next one works"
cpu_down "refused"
answer "refused: the reason is named" 'cpu up 1\r' '^cpu 1: PSCI will not start it: internal failure$'
cpu_up "refused: the next one works"
answer "a call to it works" 'call 1\r' '^cpu 1: ran on'
keys 'quit\r'
sees "it stops" '^stopped: 1 of 1 '
terminal_end
is $? 0 "the run passes"
done_testing
