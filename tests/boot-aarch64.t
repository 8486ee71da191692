#!/bin/sh
# SPDX-License-Identifier: MIT
# batch runs on aarch64: 1 to 512 CPUs, each GIC, CPU models, with EL2 and EL3
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# shellcheck disable=SC2034 # for tests/lib/boot.sh
boot_arch=aarch64 boot_doorbell=gicv3 boot_id=mpidr

# One write of ICC_SGI1R_EL1 reaches 16 CPUs, and a broadcast needs no more than that.
groups()
{
	is "$(sed -n 's/^ *rings a broadcast *\([0-9]*\) at most.*/\1/p' "$work/log")" \
		$(((boot_cpus + 15) / 16)) "$boot_cpus CPUs: a broadcast is one write for each 16"
}

sizes="1 2 4 16 17 64 123 124 512"
models="cortex-a53 cortex-a57 cortex-a76 max neoverse-n1"
machines="virtualization=on secure=on secure=on,virtualization=on"
small="1 2 3 4 5 6 7 8"
if [ -n "$quick" ]; then
	sizes="1 4" # 17 are with gicv3-mux
	models="cortex-a53"
	machines="secure=on,virtualization=on"
	small="8"
fi

for cpus in $sizes; do
	boot "$cpus" || continue
	bring_up
	[ "$cpus" -eq 1 ] || groups
done
for model in $models; do
	boot 4 --qemu-args "-cpu $model"
done
for machine in $machines; do
	boot 4 --qemu-args "-M virt,$machine"
done
[ -n "$quick" ] || boot 4 --doorbell gicv3

boot_doorbell=gicv3-mux
boot 17 --doorbell gicv3-mux && groups

boot_doorbell=gicv2
[ -z "$quick" ] || machines=
for cpus in $small; do
	boot "$cpus" --doorbell gicv2 && bring_up
done
[ -n "$quick" ] || boot 4 --qemu-args "-M virt,gic-version=2"
for machine in $machines; do
	boot 4 --doorbell gicv2 --qemu-args "-M virt,$machine"
done

boot_doorbell=gicv2-mux
boot 8 --doorbell gicv2-mux
done_testing
