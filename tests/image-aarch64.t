#!/bin/sh
# SPDX-License-Identifier: MIT
# the aarch64 image: boot header, memory protection as linked, and a boot through U-Boot's booti
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"
# shellcheck source=tests/lib/image.sh
. "$root/tests/lib/image.sh"

# shellcheck disable=SC2034 # for tests/lib/image.sh
image=$build/aarch64/crosscall.bin elf=$build/aarch64/crosscall.elf
readelf=aarch64-linux-gnu-readelf
uboot=/usr/lib/u-boot/qemu_arm64/u-boot.bin

header()
{
	is "$(number_at 8 8)" $((0x200000)) "header: text_offset is 2 MiB"
	image_size 16
	is "$(number_at 24 8)" 2 "header: flags say little-endian, 4 KiB, near the start of memory"
	is "$(text_at 56 4)" 'ARMd' "header: magic"
}

segments()
{
	$readelf -l -W "$elf" | sed -n 's/^ *LOAD .* \([R ][W ][E ]\) 0x[0-9a-f]*$/\1/p'
}

header
none "no segment is writable and executable" sh -c "$readelf -l -W $elf | grep 'LOAD.*RWE'"
is "$(segments | grep -c E)" 1 "one segment is executable"
uboot_boot "qemu-system-aarch64 -M virt,gic-version=3 -cpu max -m 256M -smp 4 -display none \
	-nic none -semihosting -no-reboot -serial mon:stdio -bios $uboot \
	-device loader,file=$image,addr=0x44000000,force-raw=on" 0x44000000
done_testing
