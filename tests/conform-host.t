#!/bin/sh
# SPDX-License-Identifier: MIT
# the conformance suite on the host machine: plain, sanitizers, clang; several CPU counts
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

# conform FLAVOUR ARGUMENTS...
conform()
{
	flavour=$1
	shift
	TSAN_OPTIONS=halt_on_error=1 timeout 600 "$build/host/$flavour/sim-conform" "$@" \
		>"$work/tap" 2>"$work/err" </dev/null
	status=$?
	adopt "$work/tap" "$flavour $*" || ok 1 "$flavour $*: ran to its end"
	if [ $status -ne 0 ]; then
		ok 1 "$flavour $*: exit status $status"
		tail -n 30 "$work/err" | diag -
	fi
}

# sizes_of FLAVOUR: what a sanitizer looks for does not ask for so many sizes.
sizes_of()
{
	case $1-$quick in
	plain-) echo 1 2 3 4 8 16 ;;
	asan-) echo 1 2 4 8 ;;
	tsan-) echo 2 4 8 ;;
	clang-) echo 4 16 ;;
	*) echo 4 ;;
	esac
}

# A selection of nothing is a mistake, not a pass.
"$build/host/plain/sim-conform" --only no-such-test >"$work/out" 2>"$work/err" </dev/null
is "$? $(cat "$work/out" "$work/err")" "2 sim-conform: --only: no test has 'no-such-test' in its name" \
	"--only a name that no test has is refused"

flavours="plain asan tsan clang"
[ -z "$quick" ] || flavours="plain tsan"
for flavour in $flavours; do
	for cpus in $(sizes_of "$flavour"); do
		conform "$flavour" --cpus "$cpus" --doorbell mux
		case $flavour-$cpus-$quick in
		plain-* | *-4-) conform "$flavour" --cpus "$cpus" --doorbell direct ;;
		esac
	done
done
done_testing
