#!/bin/sh
# SPDX-License-Identifier: MIT
# device trees that promise too much, on aarch64: a line names the fault, the rest runs
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/faults.sh
. "$root/tests/lib/faults.sh"

fault_arch=aarch64 fault_args=
not_quick "broken device trees"
tree_of 3 virt,gic-version=3 -cpu max -nic none
tree_of 2 virt,gic-version=2 -cpu max -nic none

with 3 '/cpu@2 {/,/}/s/enable-method = "psci"/enable-method = "magic"/'
is $? 0 "unknown enable-method: the others pass"
says 3 "unknown enable-method" 'mpidr 2: unknown enable-method'

with 3 '/cpu@2 {/,/}/s/"psci"/"spin-table"/'
says 3 "spin table without an address" 'mpidr 2: .*no cpu-release-addr'

with 3 '/cpu@2 {/,/}/s/reg = <0x02>/reg = <0x55>/'
is $? 1 "a CPU that PSCI does not know: status 1"
says 3 "a CPU that PSCI does not know" 'mpidr 85: PSCI will not start it: it knows no such CPU'

with 3 's/\(0x80a0000 0x00\) 0xf60000/\1 0x60000/'
is $? 1 "a redistributor missing: status 1"
says 3 "a redistributor missing" 'mpidr 3: gicv3: no redistributor has this CPU'

with 3 's/ 0x00 0x80a0000 0x00 0xf60000>/>/'
says 1 "no redistributors" 'doorbell gicv3: .* redistributor region'

with 3 's/"arm,gic-v3"/"arm,gic-v9"/'
says 1 "an unknown GIC" 'crosscall: the device tree has no GIC that this kernel knows'

with 3 's/"arm,gic-v3"/"arm,cortex-a15-gic"/'
says 1 "a GICv3 called GICv2" 'gicv2: GICC_IIDR names a GIC version other than 2'

with 3 's,^/dts-v1/;,&\n/memreserve/ 0x40000000 0xfffffffffffff000;,'
is $? 1 "a reservation past the last address: status 1"
says 1 "a reservation past the last address" 'crosscall: out of memory'

with 3 's/"arm,armv8-timer.*"/"sundial"/'
says 1 "no timer" 'crosscall: the device tree has no arm,armv8-timer'

with 3 's/\(interrupts = <0x01 0x0d 0x04 0x01 0x0e 0x04\) .*>/\1>/'
is $? 0 "only the physical timer: passes"
says 4 "only the physical timer" 'crosscall: PASS cpus=4 '

fault_args="--doorbell gicv2"
with 2 's/"arm,cortex-a15-gic"/"arm,gic-v3"/'
says 1 "a GICv2 called GICv3" 'doorbell gicv2: the device tree has no GICv2'
done_testing
