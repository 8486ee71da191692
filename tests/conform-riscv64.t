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
done_testing
