#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one test file for prove, and keeps its TAP and its exit status for the count at the end.
# Usage: tap-run.sh tests/NAME.t
set -u

build=${CROSSCALL_BUILD:?}
tap=$build/tap/$(basename "$1" .t).tap

# TERM to 'timeout' ends all that the test has started.
timeout -k 10 "${CROSSCALL_TEST_LIMIT:-2000}" sh "$1" >"$tap" 2>&1 &
test_pid=$!
echo "$test_pid" >"$tap.pid"
wait "$test_pid"
status=$?
rm -f "$tap.pid"
echo "$status" >"$tap.status"
cat "$tap"
exit "$status"
