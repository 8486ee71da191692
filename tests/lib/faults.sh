# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # root, build, work: tests/lib/tap.sh
# Boots with four CPUs and a device tree that was edited. Needs tests/lib/tap.sh and tests/lib/qemu.sh;
# the test file sets $fault_arch, and $fault_args, more arguments of 'crosscall run', words.

# tree_of NAME MACHINE [ARGUMENTS...]: the tree that QEMU makes for this machine becomes NAME.
tree_of()
{
	tree_name=$1
	tree_machine=$2
	shift 2
	"qemu-system-$fault_arch" -M "$tree_machine,dumpdtb=$work/qemu.dtb" "$@" -smp 4 -m 256M \
		-display none -kernel "$build/$fault_arch/crosscall.bin" >"$work/qemu.out" 2>&1
	dtc -q -I dtb -O dts "$work/qemu.dtb" >"$work/qemu.$tree_name.dts"
}

# with NAME EDIT [KERNEL-ARGUMENTS]: boots with what 'sed EDIT' makes of this tree, into $work/log.
# shellcheck disable=SC2086 # words
with()
{
	sed "$2" "$work/qemu.$1.dts" >"$work/edited.dts"
	cmp -s "$work/qemu.$1.dts" "$work/edited.dts" && diag "nothing was edited"
	dtc -q -I dts -O dtb -o "$work/edited.dtb" "$work/edited.dts" || return 1
	run "$work/log" --arch "$fault_arch" --cpus 4 --append "${3-}" $fault_args \
		--qemu-args "-dtb $work/edited.dtb"
}

# line NAME REGEX: the last run has such a line.
line()
{
	grep -a -q -E "$2" "$work/log"
	if ! ok $? "$1: a line says so"; then
		tail -n 25 "$work/log" "$work/log.err" | diag -
	fi
}

# says CPUS NAME LINE: the fault has its line, and as many CPUs took part in the verdict.
says()
{
	line "$2" "$3"
	is "$(field "$(verdict "$work/log")" cpus)" "$1" "$2: $1 CPUs run"
}
