#!/bin/sh
# SPDX-License-Identifier: MIT
# reverse controls that the aarch64 kernel catches
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/controls.sh
. "$root/tests/lib/controls.sh"

controls_run aarch64 test
