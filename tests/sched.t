#!/bin/sh
# SPDX-License-Identifier: MIT
# threads: exactly as many reschedule IPIs as are needed, and none at rest; both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# said NAME REGEX
said()
{
	grep -a -q -E "$2" "$work/log"
	ok $? "$name: $1" || grep -a -E 'reschedule IPIs|threads on|^FAILED' "$work/log" | diag -
}

# The self-check's counts, as it prints them. Whether they are right it has checked itself.
counts_on()
{
	boot "$1" --timeout 300 || return
	said "lower priority, no IPI" '^  lower priority, busy CPU +0 reschedule IPIs to cpu 1, 0 elsewhere'
	said "higher priority, one" '^  higher priority, busy CPU +1 reschedule IPIs to cpu 1, 0 elsewhere'
	said "a CPU that polls, none" '^  polling CPU +0 reschedule IPIs to cpu 1, 0 elsewhere'
	said "a CPU that sleeps, one" '^  sleeping CPU +1 reschedule IPIs to cpu 1, 0 elsewhere'
	said "ten before it answers, one" '^  ten wake-ups before it answers +1 reschedule IPIs to cpu 1'
	said "busy threads spread" "^  busy threads spread +$1 threads on $1 CPUs"
	said "balanced, none" '^  balanced +and no more reschedule IPIs'
	said "threads leave and come home" '^  stop and start +3 threads left cpu 1, the pinned one came home'
}

# rest CPUS SECONDS
rest()
{
	boot "$1" --append "check=off rest=$2" --timeout 600 || return
	said "$2 s without work, nothing is sent" \
		"^  everybody idle +0 reschedule IPIs and 0 ticks of other CPUs in ${2}000 ms"
}

for boot_arch in riscv64 aarch64; do
	boot_doorbell=sbi-ipi
	[ $boot_arch = riscv64 ] || boot_doorbell=gicv3
	counts_on 2
	if [ -z "$quick" ]; then
		counts_on 16
		rest 64 10
	else
		rest 8 1
	fi
done
done_testing
