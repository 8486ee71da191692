#!/bin/sh
# SPDX-License-Identifier: MIT
# CPUs that leave and come back under load, park at boot, and tick from one timer; both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# What the kernel says about an option: said NAME REGEX
said()
{
	grep -a -q -E "$2" "$work/log"
	ok $? "$name: $1" || grep -a -E '^  (hotplug|park|tick)|^FAILED' "$work/log" | diag -
}

# hotplug CPUS TIMES [ARGUMENTS...]: with a seed, so that a failure can be had again.
hotplug()
{
	hotplug_cpus=$1
	hotplug_times=$2
	shift 2
	boot "$hotplug_cpus" --append "check=off hotplug=$hotplug_times seed=$seed" --timeout 600 "$@" || return
	numbers=$(sed -n 's/^  hotplug *\(.*\)/\1/p' "$work/log" | tr -c '0-9\n' ' ')
	# shellcheck disable=SC2086 # words
	set -- $numbers
	diag "seed $3: $1 down, $2 stopped, $4 calls accepted, $5 executed, $6 refused"
	is "$(($1 + $2))" "$hotplug_times" "$name: so many were taken away"
	is "$5" "$4" "$name: what was accepted was executed"
	is "$7" 0 "$name: nothing ran on a CPU that was off"
	[ "$4" -gt "$hotplug_times" ] && [ "$6" -gt 0 ]
	ok $? "$name: there was load, and calls to CPUs that were off"
}

# park= and tick=broadcast.
options_of()
{
	boot 4 --append "park=1-2 tick=broadcast" || return
	said "two are fetched from their mailboxes" '^  park= +2 CPUs fetched .* online now: 4$'
	said "every CPU ticks, from one timer" \
		'^  tick=broadcast +4 CPUs heard [0-9]+ ticks or more, 0 of them'
}

# A value that cannot be meant ends the run with a line that names it: refused WORD
refused()
{
	run "$work/log" --arch "$boot_arch" --append "$1"
	is $? 1 "$boot_arch, $1: fails"
	grep -a -q -F "crosscall: $1: " "$work/log"
	ok $? "$boot_arch, $1: is named"
}

seed=$(($$ % 100000))
times=500
[ -z "$quick" ] || times=50
for boot_arch in $(archs riscv64); do
	boot_doorbell=sbi-ipi
	[ "$boot_arch" = riscv64 ] || boot_doorbell=gicv3
	hotplug 4 "$times"
	[ -n "$quick" ] || hotplug 16 $((times / 5))
	options_of
	for word in park=0 park=9 park=x tick=soon check=x hotplug=0 poll=0 poll=soon; do
		refused $word
	done
done
boot_arch=aarch64 boot_doorbell=gicv2
hotplug 8 $((times / 5)) --doorbell gicv2
done_testing
