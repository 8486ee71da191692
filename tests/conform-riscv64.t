#!/bin/sh
# SPDX-License-Identifier: MIT
# the conformance suite in the kernel on riscv64
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# shellcheck disable=SC2034 # for tests/lib/boot.sh
boot_arch=riscv64

sizes="1 2 3 4 8 16"
[ -z "$quick" ] || sizes="4"
for cpus in $sizes; do
	conform "$cpus"
done

# refused LINE WORDS: a run with these words fails, and says so.
refused()
{
	run "$work/log" --arch "$boot_arch" --append "$2"
	is $? 1 "$2: fails"
	grep -q -x -F -e "$1" "$work/log"
	ok $? "$2: the line says why" || tail -n 5 "$work/log" | diag -
}

refused "FAILED: conform=no-such-test: no test has that in its name" conform=no-such-test
refused "crosscall: conform and bench: a run is one or the other" "conform=call bench=call-busy"
refused "crosscall: conform: a run of its own, without rest, hotplug, threads, tick=broadcast" \
	"conform threads=2"
done_testing
