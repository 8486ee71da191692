# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the commands share: messages, numbers, builds. Needs $root and $build.

say()
{
	printf 'crosscall: %s\n' "$*" >&2
}

# Status 1: it was asked for rightly and did not work.
fail()
{
	say "$*"
	exit 1
}

# Status 2: it cannot be done as asked.
usage_error()
{
	say "$*"
	exit 2
}

# An option's value: need_value OPTION HOW_MANY_ARGUMENTS_ARE_LEFT
need_value()
{
	[ "$2" -ge 2 ] || usage_error "$1 needs a value"
}

# need_number OPTION VALUE LOWEST HIGHEST [WHY]
need_number()
{
	case $2 in
	# QEMU takes a number that starts with 0 for octal.
	'' | *[!0-9]* | 0?* | ???????*) usage_error "$1 '$2': not a number from $3 to $4${5:+ ($5)}" ;;
	esac
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		usage_error "$1 $2 is out of range: $3 to $4${5:+ ($5)}"
	fi
}

# is_one_of WORD WORDS...
is_one_of()
{
	wanted=$1
	shift
	for known_word; do
		[ "$known_word" != "$wanted" ] || return 0
	done
	return 1
}

# make runs in $root, and all the rest where the caller is: both get the same absolute $build.
check_build()
{
	case $build in
	/*) ;;
	*) build=$PWD/$build ;;
	esac
	# All but ASCII is left alone.
	odd=$(printf '%s' "$build" | LC_ALL=C tr -d 'A-Za-z0-9/._+,@~\200-\377-')
	[ -z "$odd" ] ||
		usage_error "cannot build in '$build': make takes no '$odd' in a path; CROSSCALL_BUILD names another"
}

jobs_count()
{
	nproc 2>/dev/null || echo 2
}

# Builds make targets, quietly; the log is shown when that fails. build_targets NAME TARGET...
build_targets()
{
	build_log=$build/log/build-$1.log
	mkdir -p "$build/log" || fail "cannot write to $build"
	say "building $1"
	shift
	if ! make -C "$root" --no-print-directory -j "$(jobs_count)" O="$build" "$@" \
		>"$build_log" 2>&1; then
		grep -n -A 5 -E 'error: |undefined|\*\*\*' "$build_log" | tail -n 40 >&2
		fail "the build failed; all of its log is in $build_log"
	fi
}
