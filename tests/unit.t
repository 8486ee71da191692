#!/bin/sh
# SPDX-License-Identifier: MIT
# the unit tests of tests/unit on the host: flavours, numbers of CPUs; the device tree reader fuzzed
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

# One program, all of its cases: unit FLAVOUR PROGRAM
unit()
{
	name="$1 $(basename "$2")"
	CMOCKA_MESSAGE_OUTPUT=TAP ASAN_OPTIONS=detect_leaks=1 timeout 300 "$2" >"$work/tap" 2>"$work/err"
	status=$?
	adopt "$work/tap" "$name" || ok 1 "$name: ran to its end"
	[ "$status" -eq 0 ] || ok 1 "$name: exit status $status"
	[ "$status" -eq 0 ] || tail -n 30 "$work/err" | diag -
}

# All of them in every flavour.
flavours()
{
	flavours="plain asan tsan clang"
	[ -z "$quick" ] || flavours="plain"
	for flavour in $flavours; do
		for source in "$root"/tests/unit/test_*.c; do
			name=$(basename "$source" .c)
			unit "$flavour" "$build/host/$flavour/unit-${name#test_}"
		done
	done
}

# make at a width of its own: at_width WIDTH TARGET...
at_width()
{
	width=$1
	shift
	make -C "$root" -j "$(nproc)" O="$work/$width" EXTRA_CFLAGS="-DCROSSCALL_NR_CPUS=$width" "$@"
}

# What computes with sets of CPUs, in the narrowest and the widest build, and one past a word.
widths()
{
	for width in 1 65 4096; do
		programs=
		for name in cpumask sbi_window gic_sgi; do
			programs="$programs $work/$width/host/plain/unit-$name"
		done
		# shellcheck disable=SC2086 # words
		check "width $width: the unit tests build" at_width $width $programs || continue
		for program in $programs; do
			unit "width $width" "$program"
		done
	done
	for width in 1 4096; do
		check "width $width: the library compiles" at_width $width lib-riscv64 lib-aarch64
	done
	check "width 1: the kernel compiles" at_width 1 riscv64 aarch64
}

# A tree to start from: from nothing the fuzzer would hardly get past the header.
fuzz_seed()
{
	mkdir "$work/corpus"
	cat >"$work/seed.dts" <<-'END_DTS'
		/dts-v1/;
		/memreserve/ 0x80000000 0x1000;
		/ {
			#address-cells = <2>;
			#size-cells = <1>;
			compatible = "riscv";
			aliases { serial0 = "/soc/serial@10000000"; };
			cpus {
				#address-cells = <1>;
				#size-cells = <0>;
				cpu@0 { device_type = "cpu"; reg = <0>; status = "okay"; phandle = <1>; };
			};
			soc {
				#address-cells = <1>;
				#size-cells = <1>;
				ranges = <0 0 0 0x20000000>;
				serial@10000000 { reg = <0x10000000 0x100>; status = "disabled"; };
			};
		};
	END_DTS
	dtc -q -I dts -O dtb -o "$work/corpus/seed.dtb" "$work/seed.dts"
}

# The same inputs each time; 10000 are a few seconds.
fuzz()
{
	echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' >"$work/probe.c"
	if ! clang -fsanitize=fuzzer,address,undefined "$work/probe.c" -o "$work/probe" 2>/dev/null; then
		skip "fuzzed device trees" "this clang has no runtime for its fuzzer"
		return
	fi
	check "the fuzzer builds" make -C "$root" O="$work/fuzz" fuzz-fdt || return
	check "a tree to start from" fuzz_seed || return
	check "fuzzed device trees: nothing is found" timeout 300 "$work/fuzz/host/fuzz-fdt" \
		-seed=1 -runs=10000 -max_total_time=120 -max_len=4096 -timeout=60 \
		-artifact_prefix="$work/" -print_final_stats=1 "$work/corpus"
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/check.out")
	diag "$runs inputs"
	[ "${runs:-0}" -gt 100 ]
	ok $? "fuzzed device trees: there were inputs"
}

flavours
if [ -n "$quick" ]; then
	skip "other widths" "not in a quick run"
else
	widths
fi
fuzz
done_testing
