# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Running the kernel, for the test files.

# run LOG ARGUMENTS...: 'crosscall run' in batch; its output in LOG, without carriage returns. Returns
# its exit status.
run()
{
	run_log=$1
	shift
	"$root/crosscall" run --no-install --batch "$@" >"$run_log.raw" 2>"$run_log.err" </dev/null
	run_status=$?
	tr -d '\r' <"$run_log.raw" >"$run_log"
	return "$run_status"
}

# The verdict: the last line that starts with "crosscall: ".
verdict()
{
	grep -a '^crosscall: ' "$1" | tail -n 1
}

# field VERDICT NAME: the value of NAME=VALUE
field()
{
	printf '%s\n' "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

# What is no whole line between the banner and the self-check, where all CPUs print at once.
torn_lines()
{
	tr -d '\r' <"$1" | sed -n '/^crosscall: reference kernel/,/^self-check/p' | grep -a -v -E \
		-e '^crosscall: reference kernel, [a-z0-9]+, boot CPU is [a-z]+ [0-9a-fx]+$' \
		-e '^cpu [0-9]+: [a-z]+ [0-9a-fx]+, doorbell [a-z0-9-]+, (the boot CPU|up in [0-9]+ us)$' \
		-e '^[0-9]+ of [0-9]+ CPUs online$' -e '^self-check on [0-9]+ CPUs$' -e '^$'
}
