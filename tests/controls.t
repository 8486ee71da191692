#!/bin/sh
# SPDX-License-Identifier: MIT
# reverse controls on the host; and that each control has a suite
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/controls.sh
. "$root/tests/lib/controls.sh"

# One that no file runs would be a control that cannot fail.
for patch in "$root"/tests/controls/*.patch; do
	case $(header_of "$patch" caught-by) in
	"sim "* | "tsan "* | "unit "* | "riscv64 "* | "torn "* | "aarch64 "* | "test "*) ;;
	*) ok 1 "$(basename "$patch"): says which suite catches it" ;;
	esac
done
controls_run sim tsan unit
