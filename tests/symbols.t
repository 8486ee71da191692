#!/bin/sh
# SPDX-License-Identifier: MIT
# libcrosscall.a needs the six hooks and four memory functions, nothing else
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

# The hooks, from the header that declares them.
hooks()
{
	sed -n 's/^[a-z_][^*]*[ *]\(port_[a-z_]*\)(.*);$/\1/p' "$root/include/crosscall/port.h" | sort
}

# What the archive needs and does not define: missing_symbols NM ARCHIVE
missing_symbols()
{
	"$1" --defined-only -g "$2" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
	"$1" -u "$2" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u | comm -23 - "$work/defined"
}

# The weak symbols of the archive.
weak_symbols()
{
	"$1" "$2" 2>/dev/null | awk 'NF == 3 && $2 ~ /^[vVwW]$/ || NF == 2 && $1 ~ /^[vVwW]$/'
}

without_mem()
{
	grep -v -x -E 'memcpy|memset|memmove|memcmp'
}

# examine NAME NM ARCHIVE
examine()
{
	if [ ! -s "$3" ]; then
		ok 1 "$1: $3 is there"
		return
	fi
	is "$(missing_symbols "$2" "$3" | without_mem)" "$(hooks)" "$1: needs exactly the six hooks"
	none "$1: no weak symbol" weak_symbols "$2" "$3"
}

# An archive with one symbol too many must be told apart.
control()
{
	cp "$build/host/plain/libcrosscall.a" "$work/more.a"
	echo 'void stray(void); void caller(void); void caller(void) { stray(); }' >"$work/more.c"
	gcc -c "$work/more.c" -o "$work/more.o" && ar r "$work/more.a" "$work/more.o" 2>/dev/null
	missing_symbols nm "$work/more.a" | grep -q '^stray$'
	ok $? "control: a symbol too many shows"
	echo 'int w __attribute__((weak)); int w = 1;' >"$work/weak.c"
	gcc -c "$work/weak.c" -o "$work/weak.o" && ar r "$work/more.a" "$work/weak.o" 2>/dev/null
	weak_symbols nm "$work/more.a" | grep -q ' w$'
	ok $? "control: a weak symbol shows"
}

is "$(hooks | wc -l)" 6 "port.h declares six hooks"
examine "riscv64 gcc" riscv64-unknown-elf-nm "$build/riscv64/libcrosscall.a"
examine "riscv64 clang" riscv64-unknown-elf-nm "$build/riscv64-clang/libcrosscall.a"
examine "aarch64 gcc" aarch64-linux-gnu-nm "$build/aarch64/libcrosscall.a"
examine "aarch64 clang" aarch64-linux-gnu-nm "$build/aarch64-clang/libcrosscall.a"
examine "host gcc" nm "$build/host/plain/libcrosscall.a"
examine "host clang" nm "$build/host/clang/libcrosscall.a"
control
done_testing
