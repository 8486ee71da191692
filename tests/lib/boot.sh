# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Batch boots that must pass, for the test files of each architecture. They set:
#
#	boot_arch	riscv64 or aarch64
#	boot_doorbell	the doorbell that the verdict must name
#	boot_id		how this architecture calls a hardware id

# boot CPUS [ARGUMENTS...]: a run that must pass, with a verdict that says so in full.
# shellcheck disable=SC2154 # set by the test file
boot()
{
	boot_cpus=$1
	shift
	name="$boot_cpus CPUs, $boot_doorbell${1:+ $*}"
	run "$work/log" --arch "$boot_arch" --cpus "$boot_cpus" "$@"
	status=$?
	last=$(grep -a . "$work/log" | tail -n 1)
	good="^crosscall: PASS cpus=$boot_cpus doorbell=$boot_doorbell checks=[1-9][0-9]* failed=0 seconds=[0-9.]+\$"
	printf '%s\n' "$last" | grep -q -E "$good" || status=1
	if ! ok "$status" "$name: passes, and the last line says so"; then
		diag "status $status"
		grep -a '^FAILED' "$work/log" | diag -
		tail -n 25 "$work/log" "$work/log.err" | diag -
		return 1
	fi
}

# After boot: every CPU has its line, with a hardware id that no other has.
# shellcheck disable=SC2154
bring_up()
{
	grep -a -E "^cpu ?[0-9]+: .*$boot_id" "$work/log" >"$work/cpus"
	is "$(wc -l <"$work/cpus")" "$boot_cpus" "$boot_cpus CPUs: one line each at bring-up"
	is "$(sed "s/.*$boot_id *\([0-9]*\).*/\1/" "$work/cpus" | sort -u | wc -l)" "$boot_cpus" \
		"$boot_cpus CPUs: each its own $boot_id"
	none "$boot_cpus CPUs: no line is torn" torn_lines "$work/log"
}

# conform CPUS [ARGUMENTS...]: the conformance suite in the kernel; its results are adopted.
# shellcheck disable=SC2154
conform()
{
	boot_cpus=$1
	shift
	name="$boot_arch $boot_cpus CPUs${1:+ $*}"
	run "$work/log" --arch "$boot_arch" --cpus "$boot_cpus" --append conform "$@"
	status=$?
	grep -a -E '^(ok|not ok|# |1\.\.|Bail out)' "$work/log" >"$work/tap"
	adopt "$work/tap" "$name" || ok 1 "$name: ran to its end"
	if ! ok "$status" "$name: the run passes"; then
		tail -n 30 "$work/log" "$work/log.err" | diag -
	fi
}
