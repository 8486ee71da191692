#!/bin/sh
# SPDX-License-Identifier: MIT
# the benchmark: every row runs, counts what it did, and prints numbers that fit together; no times
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

header="row,arch,doorbell,cpus,clock_step_ns,clock_read_ns,batch,samples,min_ns,median_ns,p90_ns,p99_ns,per_second,\
calls,executed,status,pinned,host_cpus"

# bench ARGUMENTS...: few samples; output in $work/out, messages in $work/err.
bench()
{
	"$root/crosscall" bench --no-install --samples 40 --time 20 "$@" >"$work/out" 2>"$work/err" </dev/null
}

# The rows, as the help lists them.
all_rows()
{
	"$root/crosscall" help bench | sed -n '/--rows/,/--samples/p' | grep -v -e -- | tr -s ' ' '\n' | grep .
}

# Lines that are not as docs/benchmark.md says: bad_lines ARCH CPUS
bad_lines()
{
	awk -F, -v arch="$1" -v cpus="$2" '
		function bad(why) { print $0 ": " why }
		NR == 1 { next }
		NF != 18 { bad("fields"); next }
		$2 != arch || $4 != cpus { bad("machine") }
		$5 != (arch == "riscv64" ? 100 : 16) { bad("clock step") }
		$17 !~ /^(yes|no)$/ || $18 !~ /^[0-9]+$/ { bad("pinning") }
		$16 ~ /^skipped: / { if ($8 != 0 || $9 $10 $11 $12 $13 $14 $15 != "") bad("skipped"); next }
		{ for (i = 5; i <= 15; i++) if ($i !~ /^[0-9]+$/) bad("field " i " is no number") }
		$8 < 1 || $8 > 40 { bad("samples") }
		$9 + 0 > $10 + 0 || $10 + 0 > $11 + 0 || $11 + 0 > $12 + 0 { bad("quantiles") }
		$13 < 1 { bad("rate") }
		$14 != $15 || $14 < $8 * $7 { bad("counts") }
		$16 != "ok" { bad("status") }' "$work/out"
}

# The rows that were skipped, with the reason.
skipped()
{
	sed -n 's/^\([a-z-]*\),.*,skipped: \([^,]*\),.*/\1: \2/p' "$work/out"
}

# all ARCH CPUS SKIPPED [ARGUMENTS...]: every row on this machine.
all()
{
	arch=$1
	cpus=$2
	wanted=$3
	shift 3
	name="$arch, $cpus CPUs${1:+ $*}"
	bench --csv --arch "$arch" --cpus "$cpus" "$@"
	is $? 0 "$name: passes" || tail -n 5 "$work/err" | diag -
	is "$(head -n 1 "$work/out")" "$header" "$name: the header"
	is "$(sed -n '2,$s/,.*//p' "$work/out")" "$(all_rows)" "$name: the rows that the help names"
	none "$name: numbers that fit together" bad_lines "$arch" "$cpus"
	is "$(skipped)" "$wanted" "$name: what is skipped, and why"
	grep -q -E 'virtual CPUs are (not )?pinned' "$work/err"
	ok $? "$name: says whether the virtual CPUs are pinned"
}

no_way="this machine has no such way"
no_third="many-to-one: needs 3 CPUs"

all riscv64 2 "tlb-broadcast: $no_way
$no_third"
all aarch64 2 "tlb-firmware: $no_way
$no_third"
if [ -z "$quick" ]; then
	all riscv64 4 "tlb-broadcast: $no_way"
	all aarch64 4 "tlb-firmware: $no_way" --doorbell gicv2
	all aarch64 3 "tlb-firmware: $no_way" --doorbell gicv3-mux --no-pin
fi

# The table: what was asked for, and the verdict.
bench --arch aarch64 --cpus 1 --rows flood-busy,call-busy
is $? 0 "one CPU: passes"
is "$(tr -d '\r' <"$work/out" | grep -a -c -E '^  (flood|call)-busy +skipped: needs 2 CPUs$')" 2 \
	"one CPU: rows are skipped"
bench --rows many-to-many
is $? 0 "one row: passes"
is "$(tr -d '\r' <"$work/out" | grep -a -c -E '^  [a-z-]+( +[0-9]+){6}$')" 1 "one row: one line with six numbers"
grep -a -q 'a step is 100 ns' "$work/out"
ok $? "the clock's step is in the table"
tail -n 1 "$work/out" | grep -a -q '^crosscall: PASS cpus=2 '
ok $? "the verdict comes last"

# The kernel, too, knows its rows.
bench --csv --append bench=call-busy,nix
is $? 1 "a row that the kernel does not know: fails"
grep -a -q '^FAILED: bench=nix: no such row' "$work/err"
ok $? "a row that the kernel does not know: is named"
bench --csv --append conform=call
is $? 1 "the conformance suite instead: fails"
grep -a -q '^crosscall: conform and bench: ' "$work/err"
ok $? "the conformance suite instead: is refused, and that is said"
bench --append samples=20001
is $? 1 "more samples than there is room for: fails"
done_testing
