#!/bin/sh
# SPDX-License-Identifier: MIT
# idle CPUs that poll for long, or never; Zawrs in the device tree; both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# costs: the self-check's own words, in the log of the run before.
costs()
{
	grep -a -q -E '^  idle, polls: call +100 times: 0 doorbells, 100 polled' "$work/log" &&
		grep -a -q -E '^  idle, sleeps: call +100 times: 100 doorbells, 0 polled' "$work/log"
	ok $? "$name: a doorbell for a CPU that sleeps, none for one that polls"
}

not_quick "idle CPUs"
for boot_arch in riscv64 aarch64; do
	boot_doorbell=sbi-ipi
	[ $boot_arch = riscv64 ] || boot_doorbell=gicv3
	for poll in off auto 2000000; do
		boot 4 --append "poll=$poll" && costs
	done
	boot 4 --append "poll=1000000 tick=broadcast hotplug=50 seed=2"
done

# zawrs EDIT: four harts with the device tree that 'sed EDIT' makes of QEMU's, into $work/log.
zawrs()
{
	qemu-system-riscv64 -M "virt,dumpdtb=$work/qemu.dtb" -smp 4 -m 256M -display none \
		>"$work/qemu.out" 2>&1
	dtc -q -I dtb -O dts "$work/qemu.dtb" | sed "$1" >"$work/edited.dts"
	is "$(grep -c -E 'riscv,isa = .*_zawrs"' "$work/edited.dts")" "$2" "$2 harts with Zawrs in the tree"
	dtc -q -I dts -O dtb -o "$work/edited.dtb" "$work/edited.dts" &&
		run "$work/log" --cpus 4 --qemu-args "-dtb $work/edited.dtb"
}

# QEMU has the instruction from 8.0 on; before, the trap shows that the kernel took the tree's word.
zawrs 's/\(riscv,isa = "[^"]*\)"/\1_zawrs"/' 4
grep -a -q -E 'badaddr 0000000001d00073|^crosscall: PASS' "$work/log"
ok $? "with Zawrs in all harts an idle CPU waits by WRS.STO" || tail -n 20 "$work/log" | diag -

zawrs '/cpu@1 {/,/}/s/\(riscv,isa = "[^"]*\)"/\1_zawrs"/' 1
is $? 0 "with Zawrs in one hart only nobody uses it"
done_testing
