#!/bin/sh
# SPDX-License-Identifier: MIT
# the unit tests of tests/unit, on the host, plain and under the sanitizers
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

flavours="plain asan tsan clang"
[ -z "$quick" ] || flavours="plain asan"
for flavour in $flavours; do
	for source in "$root"/tests/unit/test_*.c; do
		name=$(basename "$source" .c)
		unit "$flavour" "$build/host/$flavour/unit-${name#test_}"
	done
done
done_testing
