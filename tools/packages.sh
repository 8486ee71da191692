# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the commands need from Debian, and how it gets there.

# One line a need: the package, and the program (or /file) that shows it is there.
needs_of()
{
	case $1 in
	riscv64)
		cat <<-END
			make make
			gcc-riscv64-unknown-elf riscv64-unknown-elf-gcc
			binutils-riscv64-unknown-elf riscv64-unknown-elf-ld
			picolibc-riscv64-unknown-elf /usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs
			qemu-system-misc qemu-system-riscv64
			opensbi /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin
		END
		;;
	aarch64)
		cat <<-END
			make make
			gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
			picolibc-aarch64-linux-gnu /usr/lib/picolibc/aarch64-linux-gnu/picolibc.specs
			qemu-system-arm qemu-system-aarch64
		END
		;;
	gdb) echo "gdb-multiarch gdb-multiarch" ;;
	tests)
		cat <<-END
			gcc gcc
			libc6-dev /usr/include/stdio.h
			libcmocka-dev /usr/include/cmocka.h
			libfdt-dev /usr/include/libfdt.h
			device-tree-compiler dtc
			clang clang
			libclang-rt-dev /usr/lib/llvm-14/lib/clang/14.0.6/lib
			clang-format clang-format
			clang-tidy clang-tidy
			cppcheck cppcheck
			shellcheck shellcheck
			sparse sparse
			spin spin
			perl prove
			patch patch
			spin spin
			procps pgrep
			bsdutils script
			u-boot-qemu /usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin
		END
		;;
	esac
}

is_there()
{
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

# The packages of the given sets that are not there, one a line.
missing_packages()
{
	for set_name; do
		needs_of "$set_name"
	done | while read -r package proof; do
		is_there "$proof" || echo "$package"
	done | sort -u
}

# Runs a command as root.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "installing needs root or sudo; as root run: apt-get install $missing"
	fi
}

# Whether apt knows each of the packages.
apt_knows()
{
	for package; do
		apt-cache show "$package" >/dev/null 2>&1 || return 1
	done
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" \
		>>"$install_log" 2>&1
}

# shellcheck disable=SC2086 # $missing is a list of words
install_packages()
{
	install_log=$build/log/install.log
	mkdir -p "$build/log" || fail "cannot write to $build"
	: >"$install_log"
	command -v apt-get >/dev/null 2>&1 ||
		fail "no apt-get here; install these yourself: $missing"
	say "installing: $missing"
	if ! apt_knows $missing; then
		apt_get update || say "apt-get update failed: see $install_log"
	fi
	# Package lists that are out of date name files that are gone: refresh once and try again.
	apt_get install --no-install-recommends $missing ||
		{ apt_get update && apt_get install --no-install-recommends $missing; }
}

# need_packages INSTALL(yes|no) SET...
need_packages()
{
	may_install=$1
	shift
	missing=$(missing_packages "$@" | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	[ "$may_install" = yes ] || fail "missing packages (--no-install forbids to install): $missing"
	install_packages
	missing=$(missing_packages "$@" | tr '\n' ' ')
	missing=${missing% }
	[ -z "$missing" ] && return 0
	tail -n 15 "$install_log" >&2
	fail "could not install: $missing (log: $install_log)"
}
