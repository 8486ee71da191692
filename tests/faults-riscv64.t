#!/bin/sh
# SPDX-License-Identifier: MIT
# device trees and arguments that promise too much, on riscv64: a line names the fault, the rest runs
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/faults.sh
. "$root/tests/lib/faults.sh"

# shellcheck disable=SC2034 # for tests/lib/faults.sh
fault_arch=riscv64 fault_args=
not_quick "broken device trees"
tree_of virt virt

# given ARGUMENTS...: a run with QEMU's own tree.
given()
{
	run "$work/log" --arch riscv64 "$@"
}

# The firmware reads the same tree. Of a reg it takes the second cell when there is one, this kernel what
# #address-cells says: they mean different harts.
with virt '/cpu@2 {/,/}/s/reg = <0x02>/reg = <0x55 0x02>/'
is $? 1 "a hart that the firmware does not know: status 1"
# It may be the firmware's hart 2 that boots: then all four run.
boot_hart=$(sed -n 's/.*boot CPU is hart //p' "$work/log")
says "$((3 + (${boot_hart:-0} == 2)))" "a hart that the firmware does not know" \
	'^FAILED: cpu [1-4]: hart 85: the firmware will not start it: it knows no such hart, left out$'

# The firmware believes in this hart, and starts it. That the others run is known from above.
with virt '/cpu@2 {/,/}/s/reg = <0x02>/reg = <0x55>/' "patience=4 fail-fast"
is $? 1 "a hart that is not there: status 1"
line "a hart that is not there" '^FAILED: cpu [1-3]: hart 85: did not arrive within 4 s, left out$'

with virt 's/mmu-type = .*/mmu-type = "riscv,none";/'
is $? 0 "no other hart that can be used: passes"
says 1 "no other hart that can be used" '^hart [0-3]: no mmu-type in the device tree, left out$'

with virt '/cpus {/,/}/s/#address-cells = <0x01>/#address-cells = <0x02>/'
is $? 0 "harts without a number: passes"
says 1 "harts without a number" '^device tree: cpu@3 has no number, left out$'

# Without the property, the firmware gives up first.
with virt 's/timebase-frequency = <.*>/timebase-frequency = <0x00>/'
is $? 1 "no timebase-frequency: status 1"
says 1 "no timebase-frequency" '^crosscall: the device tree has no usable timebase-frequency$'

# The firmware's reader and QEMU's do not mind. No power-off device is known then: only the firmware
# can end the machine, and its status says nothing.
deep=$(printf '%40s' '' | sed 's/ /deep {/g')$(printf '%40s' '' | sed 's/ /};/g')
with virt "s/^	cpus {/$deep&/"
is $? 1 "a tree that cannot be read: status 1"
says 1 "a tree that cannot be read" '^crosscall: device tree: nodes nested too deeply$'
is "$(tail -n 1 "$work/log.err")" "crosscall: the run failed: the guest said so" \
	"a tree that cannot be read: the verdict counts, not QEMU's status"

given --cpus 2 --append "doorbell=self gong"
is $? 0 "a doorbell for one CPU, an unknown word: passes"
says 1 "a doorbell for one CPU" '^crosscall: doorbell self serves only 1 CPUs, the other 1 are left out$'
line "an unknown word" '^crosscall: unknown word on the command line, ignored: gong$'

given --cpus 1 --append "doorbell=gong"
is $? 1 "an unknown doorbell: status 1"
says 1 "an unknown doorbell" '^crosscall: doorbell=gong: no such doorbell; there are: auto, sbi-ipi, self$'

given --cpus 1 --append "cpus=some patience=0 doorbell"
is $? 1 "bad values: status 1"
says 1 "a bad value" '^crosscall: cpus=some: not a number from 1 to [0-9]+$'
line "one more" '^crosscall: patience=0: not a number from 1 to 3600$'
line "no value" '^crosscall: unknown word on the command line, ignored: doorbell$'
line "bad values, in the end" '^crosscall: the command line cannot be used$'
done_testing
