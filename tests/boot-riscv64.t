#!/bin/sh
# SPDX-License-Identifier: MIT
# batch runs on riscv64 with 1 to 128 CPUs, again and again
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# shellcheck disable=SC2034 # for tests/lib/boot.sh
boot_arch=riscv64 boot_doorbell=sbi-ipi boot_id=hart

# An ecall reaches 64 harts from a base on: 128 take two, or three when their numbers have gaps. The number that is
# allowed comes from the same code, so it proves nothing.
windows()
{
	most=$(sed -n 's/^ *rings a broadcast *\([0-9]*\) at most.*/\1/p' "$work/log")
	[ "${most:-99}" -ge 1 ] && [ "${most:-99}" -le 3 ]
	ok $? "$boot_cpus CPUs: a broadcast is three ecalls at most" || diag "it was '$most'"
}

sizes="1 2 3 4 8 64 128"
repeats=6
if [ -n "$quick" ]; then
	sizes="1 4 16"
	repeats=1
fi
for cpus in $sizes; do
	boot "$cpus" || continue
	bring_up
	[ "$cpus" -lt 128 ] || windows
done

# The boot hart differs from run to run.
round=0
while [ $round -lt $repeats ]; do
	round=$((round + 1))
	boot 4 --append ""
done

boot 4 --doorbell sbi-ipi

"$root/crosscall" run --no-install --batch --cpus 129 >"$work/out" 2>&1 </dev/null
is $? 2 "129 CPUs: status 2"
is "$(wc -l <"$work/out")" 1 "129 CPUs: one line"
grep -q '129.*1 to 128' "$work/out"
ok $? "129 CPUs: the line says why not"
done_testing
