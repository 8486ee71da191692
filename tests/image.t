#!/bin/sh
# SPDX-License-Identifier: MIT
# the riscv64 image: boot header, trap exit, and a boot through U-Boot's booti
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"
# shellcheck source=tests/lib/image.sh
. "$root/tests/lib/image.sh"

# shellcheck disable=SC2034 # for tests/lib/image.sh
image=$build/riscv64/crosscall.bin elf=$build/riscv64/crosscall.elf
# shellcheck disable=SC2034
readelf=riscv64-unknown-elf-readelf
uboot=/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin

header()
{
	is "$(number_at 8 8)" $((0x200000)) "header: text_offset is 2 MiB"
	image_size 16
	is "$(number_at 24 8)" 0 "header: flags say little-endian"
	[ "$(number_at 32 4)" -ge 2 ]
	ok $? "header: version 0.2 or later"
	is "$(text_at 48 5)" 'RISCV' "header: magic"
	is "$(text_at 56 4)" 'RSC005' "header: magic2"
}

# The one way out of a trap ends a reservation that an LR has left.
trap_exit()
{
	riscv64-unknown-elf-objdump -d --no-show-raw-insn "$elf" >"$work/code"
	is "$(grep -c -w sret "$work/code")" 1 "code: one sret"
	is "$(sed -n '/ <trap_entry>:$/,/sret/p' "$work/code" | grep -c -w 'sc\.d')" 1 \
		"code: a store-conditional before it"
}

header
trap_exit
uboot_boot "qemu-system-riscv64 -M virt -m 256M -smp 4 -display none -no-reboot -serial mon:stdio \
	-kernel $uboot -device loader,file=$image,addr=0x84000000" 0x84000000
done_testing
