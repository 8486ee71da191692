#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh NM [ELF]: the kernel's table of its own functions, as assembly for kernel/symbols.c:
# addresses from _start on, ascending, and names. Without ELF an empty one, for the first of the
# links.
set -eu

nm=$1
elf=${2-}

list()
{
	[ -z "$elf" ] || LC_ALL=C "$nm" -n "$elf"
}

# An address has one name here, the first; the arithmetic is the assembler's.
list | LC_ALL=C awk '
	BEGIN {
		print "\t.section .rodata.symbols, \"a\""
		print "\t.globl symbol_count, symbol_offsets, symbol_places, symbol_names"
		print "\t.balign 4"
	}
	$3 == "_start" { base = $1 }
	base != "" && $2 ~ /^[tTwW]$/ && $3 !~ /^[.$]/ && $3 != "_text_end" && $1 != last {
		last = $1
		offsets = offsets sprintf("\t.long 0x%s - 0x%s\n", $1, base)
		places = places sprintf("\t.long %d\n", place)
		names = names sprintf("\t.asciz \"%s\"\n", $3)
		place += length($3) + 1
		count++
	}
	END {
		printf "symbol_offsets:\n%ssymbol_places:\n%s", offsets, places
		printf "symbol_count:\n\t.long %d\nsymbol_names:\n%s", count, names
	}'
