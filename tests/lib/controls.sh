# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # root, build, work, quick: tests/lib/tap.sh
# Reverse controls: with each of tests/controls/*.patch applied, its suite must fail. Needs
# tests/lib/tap.sh and tests/lib/qemu.sh.

# Header lines of a patch: header_of PATCH NAME
header_of()
{
	sed -n "s/^# $2: *//p" "$1" | head -n 1
}

# The sources, without what was built and without the history.
copy_tree()
{
	mkdir -p "$1"
	(cd "$root" && tar --exclude=./build --exclude=./.git -cf - .) | (cd "$1" && tar -xf -)
}

# The make target that a suite needs.
target_of()
{
	case $1 in
	"sim "*) echo "$2/host/plain/sim-conform" ;;
	"tsan "*) echo "$2/host/tsan/sim-conform" ;;
	"unit "*) echo "$2/host/plain/unit-${1#unit }" ;;
	"aarch64 "* | "test "*-aarch64) echo aarch64 ;;
	*) echo riscv64 ;;
	esac
}

# Once it is caught, it is caught.
run_kernel()
{
	CROSSCALL_BUILD="$built" "$tree/crosscall" run --no-install --batch \
		--timeout 40 --append "fail-fast patience=6" "$@"
}

# Runs a suite: run_suite TREE BUILD OUTPUT SUITE ARGUMENTS...
# shellcheck disable=SC2086 # the arguments are words
run_suite()
{
	tree=$1
	built=$2
	output=$3
	shift 3
	suite=$1
	shift
	case $suite in
	sim) timeout 300 "$built/host/plain/sim-conform" --fail-fast "$@" ;;
	tsan) TSAN_OPTIONS=halt_on_error=1 timeout 300 "$built/host/tsan/sim-conform" --fail-fast "$@" ;;
	unit) CMOCKA_MESSAGE_OUTPUT=TAP timeout 100 "$built/host/plain/unit-$1" ;;
	test) CROSSCALL_BUILD="$built" timeout -k 10 300 sh "$tree/tests/$1.t" ;;
	aarch64) run_kernel --arch aarch64 "$@" ;;
	riscv64 | torn) run_kernel "$@" ;;
	*) echo "no suite $suite" ;;
	esac >"$output.raw" 2>&1 </dev/null
	tr -d '\r' <"$output.raw" >"$output"
	[ "$suite" != torn ] || torn_lines "$output.raw" | sed 's/^/not ok - torn line /' >"$output.torn"
	[ "$suite" != torn ] || cat "$output.torn" >>"$output"
}

# What a suite says when it has found something, and only then.
caught()
{
	grep -a -q -E '^not ok|^Bail out!|^crosscall: FAIL |timed out after|ThreadSanitizer' "$1"
}

# The suite of this control passes on the tree as it is; each suite is tried once.
# shellcheck disable=SC2086 # words
passes_unpatched()
{
	mark=$work/clean-$(printf '%s' "$suite_line" | tr -c 'a-z0-9' '-')
	if [ ! -e "$mark" ]; then
		run_suite "$root" "$build" "$work/clean" $suite_line
		if caught "$work/clean"; then
			echo no >"$mark"
			grep -a -E '^not ok|^FAILED|^Bail out!|^crosscall: ' "$work/clean" | diag -
		else
			echo yes >"$mark"
		fi
	fi
	is "$(cat "$mark")" yes "$name: without it '$suite_line' passes"
}

# Takes over what was built from the tree without the patch, so that only what the patch touches is
# built again: the copies keep their times, and the lists of dependencies get the new place.
seed_build()
{
	mkdir -p "$place/build/host"
	case $suite_line in
	"sim "* | "unit "*) seed=host/plain ;;
	"tsan "*) seed=host/tsan ;;
	"aarch64 "* | "test "*-aarch64) seed=aarch64 ;;
	*) seed=riscv64 ;;
	esac
	cp -a "$build/$seed" "$place/build/$seed" &&
		find "$place/build/$seed" -name '*.d' -exec sed -i "s|$build/|$place/build/|g" {} +
}

# Applies the patch to a copy and builds what its suite needs.
build_patched()
{
	rm -rf "$place"
	copy_tree "$place/tree"
	seed_build
	check "$name: the patch applies" patch -s -p1 -F0 -d "$place/tree" -i "$patch" || return 1
	check "$name: the patched tree builds" make -C "$place/tree" -j "$(nproc)" \
		O="$place/build" "$(target_of "$suite_line" "$place/build")"
}

control()
{
	name=$(basename "$patch" .patch)
	tries=$(header_of "$patch" tries)
	place=$build/controls/$name
	passes_unpatched
	build_patched || return
	try=0
	while [ $try -lt "${tries:-1}" ]; do
		try=$((try + 1))
		# shellcheck disable=SC2086 # words
		run_suite "$place/tree" "$place/build" "$work/patched" $suite_line
		caught "$work/patched" && break
	done
	caught "$work/patched"
	if ok $? "$name: '$suite_line' catches it"; then
		grep -a -m 2 -E '^not ok|^Bail out!|^crosscall: FAIL |timed out' "$work/patched" | diag -
		[ "${tries:-1}" -eq 1 ] || diag "run $try of $tries"
	else
		tail -n 15 "$work/patched" | diag -
	fi
	rm -rf "$place"
}

# controls_run SUITE...: the controls that one of these suites catches.
controls_run()
{
	for patch in "$root"/tests/controls/*.patch; do
		suite_line=$(header_of "$patch" caught-by)
		case " $* " in
		*" ${suite_line%% *} "*) ;;
		*) continue ;;
		esac
		if [ -n "$quick" ]; then
			skip "$(basename "$patch" .patch)" "not in a quick run"
		else
			control
		fi
	done
	done_testing
}
