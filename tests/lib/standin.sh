# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # root, build, work: tests/lib/tap.sh
# A stand-in for the firmware of an aarch64 machine: QEMU starts it as if it were the kernel, and the
# kernel lies behind it. Needs tests/lib/tap.sh.

# standin_build NAME: tests/qemu/NAME.S
standin_build()
{
	aarch64-linux-gnu-gcc -nostdlib -static -no-pie -Wl,-Ttext=0x40080000,--build-id=none \
		-Wl,-e,0x40080000 -o "$work/standin.elf" "$root/tests/qemu/$1.S" 2>"$work/standin.err" &&
		aarch64-linux-gnu-objcopy -O binary -j .text "$work/standin.elf" "$work/standin.bin"
}

# standin_tree MACHINE: the device tree of that machine, as the sed script on standard input changes it.
standin_tree()
{
	cat >"$work/edit.sed"
	$1 -M "dumpdtb=$work/qemu.dtb" -kernel "$work/standin.bin" >"$work/qemu.out" 2>&1
	dtc -q -I dtb -O dts "$work/qemu.dtb" >"$work/qemu.dts" &&
		sed -f "$work/edit.sed" "$work/qemu.dts" >"$work/edited.dts" &&
		! cmp -s "$work/qemu.dts" "$work/edited.dts" &&
		dtc -q -I dts -O dtb -o "$work/edited.dtb" "$work/edited.dts"
}

# The command line of the machine with both; more arguments may follow: standin_guest MACHINE
standin_guest()
{
	echo "$1 -semihosting -no-reboot -serial stdio -monitor none -kernel $work/standin.bin" \
		"-dtb $work/edited.dtb" \
		"-device loader,file=$build/aarch64/crosscall.bin,addr=0x40200000,force-raw=on"
}
