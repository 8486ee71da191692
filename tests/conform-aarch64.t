#!/bin/sh
# SPDX-License-Identifier: MIT
# the conformance suite in the kernel on aarch64, over each doorbell
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# shellcheck disable=SC2034 # for tests/lib/boot.sh
boot_arch=aarch64

sizes="1 2 3 4 8 17"
doorbells="gicv3-mux gicv2 gicv2-mux"
if [ -n "$quick" ]; then
	sizes="4"
	doorbells="gicv2"
fi
for cpus in $sizes; do
	conform "$cpus"
done
for doorbell in $doorbells; do
	conform 4 --doorbell "$doorbell"
done
done_testing
