# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the kernel's images have in common. The test file sets $image, $elf, and $readelf.

# The little-endian number at an offset: number_at OFFSET BYTES
# shellcheck disable=SC2154 # set by the test file
number_at()
{
	od -An -v -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '
}

# shellcheck disable=SC2154
text_at()
{
	od -An -v -c -j "$1" -N "$2" "$image" | tr -d ' '
}

# The loadable segments, start and size in memory.
# shellcheck disable=SC2154
segment_sizes()
{
	$readelf -l -W "$elf" | awk '$1 == "LOAD" { print $3, $6 }'
}

# image_size OFFSET: the header's field there covers the file, and what the linker laid out.
image_size()
{
	[ "$(number_at "$1" 8)" -ge "$(wc -c <"$image")" ]
	ok $? "header: image_size covers the file and the zeroed memory behind it"
	memory_end=$(segment_sizes | while read -r start size; do echo $((start + size)); done |
		sort -n | tail -n 1)
	memory_start=$(segment_sizes | while read -r start size; do echo $((start)); done |
		sort -n | head -n 1)
	[ "$(number_at "$1" 8)" -ge $((memory_end - memory_start)) ]
	ok $? "header: image_size covers what the linker laid out"
}

# uboot_boot QEMU-COMMAND ADDRESS: U-Boot there starts the image at ADDRESS, which passes.
uboot_boot()
{
	terminal_start "timeout --foreground 240 $1"
	expect 'Hit any key'
	keys '\r'
	sees "U-Boot: prompt" '=> ' || return
	keys 'setenv bootargs batch\r'
	expect '=> '
	keys "booti $2 - \${fdtcontroladdr}\\r"
	sees "U-Boot: booti starts the kernel, which passes" 'crosscall: PASS cpus=4 ' 200
	terminal_end
	is $? 0 "U-Boot: QEMU's exit status is the guest's"
}
