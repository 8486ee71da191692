#!/bin/sh
# SPDX-License-Identifier: MIT
# TLB shootdowns and user mode: what the self-check says of them, and the option tlb=
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"

# says NAME PATTERN: the log has such a line.
says()
{
	grep -a -q -E "$2" "$work/log"
	if ! ok $? "$1"; then
		tail -n 25 "$work/log" "$work/log.err" | diag -
	fi
}

# Every pair of four CPUs, the control included, by each way that the machine has.
# all_ways ARCH WAYS
all_ways()
{
	run "$work/log" --arch "$1" --cpus 4
	is $? 0 "$1: passes"
	for way in $2; do
		says "$1: by $way, stale before and right after" \
			"page moved, by $way +12 pairs, ([1-9]|1[0-2]) read the old one before .*, 0 after"
	done
	is "$(grep -a -c 'page moved, by' "$work/log")" "$(echo "$2" | wc -w)" "$1: by no other way"
	says "$1: lazy CPUs, merged ranges, repeats" 'TLB shootdowns +ranges merge'
	says "$1: a program is ended that strays" 'program that strays +ended.*(page fault|abort)'
	says "$1: IPIs into user mode" 'IPIs into user mode +[1-9][0-9]* taken on 4 CPUs, registers intact'
}

# refused ARCH WAY PATTERN: one line says why, and the run fails.
refused()
{
	run "$work/log" --arch "$1" --cpus 2 --append "tlb=$2"
	is $? 1 "$1, tlb=$2: status 1"
	is "$(grep -a -c -E "^crosscall: tlb=$2: $3" "$work/log")" 1 "$1, tlb=$2: one line says why"
}

# accepted ARCH WAY
accepted()
{
	run "$work/log" --arch "$1" --cpus 2 --append "tlb=$2"
	is $? 0 "$1, tlb=$2: passes"
}

not_quick "shootdowns"
all_ways riscv64 "ipi firmware"
all_ways aarch64 "ipi broadcast"
accepted riscv64 firmware
accepted aarch64 broadcast
refused riscv64 broadcast 'this machine cannot do that'
refused aarch64 firmware 'this machine cannot do that'
refused riscv64 magic 'no such way; there are: ipi, firmware, broadcast'
done_testing
