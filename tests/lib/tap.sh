# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# TAP for the test files, and where things are. Every test file includes this first.
#
#	root, build	the tree and what was built from it
#	quick		not empty when few repeats are wanted
#	work		a directory of this test's own, removed at the end
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
build=${CROSSCALL_BUILD:-$root/build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
quick=${CROSSCALL_QUICK-}
export CROSSCALL_BUILD="$build" quick

tap_count=0
tap_failed=0
work=$(mktemp -d) || exit 1
tap_pids=

tap_cleanup()
{
	for tap_pid in $tap_pids; do
		kill "$tap_pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap tap_cleanup EXIT
trap 'exit 1' INT TERM HUP

# Says something about the line before: text, or '-' and standard input.
diag()
{
	if [ "$1" = - ]; then
		awk '{ print "# " $0 }' # ends the last line too
	else
		printf '# %s\n' "$*"
	fi
}

# ok STATUS NAME: passes when the status is 0.
ok()
{
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$2"
	return 1
}

# is GOT WANTED NAME
is()
{
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf 'got:    %s\nwanted: %s\n' "$1" "$2" | diag -
		return 1
	fi
}

# check NAME COMMAND...: passes when the command does; shows its output when not.
check()
{
	tap_name=$1
	shift
	if "$@" >"$work/check.out" 2>&1; then
		ok 0 "$tap_name"
	else
		ok 1 "$tap_name"
		tail -n 30 "$work/check.out" | diag -
		return 1
	fi
}

# none NAME COMMAND...: passes when the command prints nothing.
none()
{
	tap_name=$1
	shift
	"$@" >"$work/none.out" 2>&1
	if [ -s "$work/none.out" ]; then
		ok 1 "$tap_name"
		head -n 30 "$work/none.out" | diag -
		return 1
	fi
	ok 0 "$tap_name"
}

# skip NAME REASON
skip()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # skip %s\n' "$tap_count" "$1" "$2"
}

# Takes over a TAP stream (a file) line by line, each name after a prefix. Returns 1 when the stream
# has no test, no plan, or fewer tests than its plan says.
adopt()
{
	awk -v prefix="$2" -v nr="$tap_count" -v sums="$work/adopted" '
		function title(line)
		{
			sub(/^(not )?ok [0-9]* *-* */, "", line)
			sub(/ *$/, "", line)
			return prefix ": " line
		}
		/^ok .*# *[sS][kK][iI][pP]/ {
			seen++
			reason = $0
			sub(/.*# *[sS][kK][iI][pP] */, "", reason)
			sub(/#.*/, "")
			print "ok", ++nr, "-", title($0), "# skip", reason
			next
		}
		/^ok / { seen++; print "ok", ++nr, "-", title($0); next }
		/^not ok / { seen++; failed++; print "not ok", ++nr, "-", title($0); next }
		/^# / { print }
		/^1\.\.[0-9]/ && plan == "" { plan = substr($1, 4) }
		END { print nr, failed + 0, (seen > 0 && seen == plan ? 0 : 1) >sums }
	' "$1"
	read -r tap_count tap_bad tap_short <"$work/adopted"
	tap_failed=$((tap_failed + tap_bad))
	return "$tap_short"
}

# The architectures that a test file goes through: both; in a quick run the one that is named.
archs()
{
	if [ -n "$quick" ]; then
		echo "$1"
	else
		echo riscv64 aarch64
	fi
}

# not_quick NAME: ends the file in a quick run, with one line that says so.
not_quick()
{
	if [ -n "$quick" ]; then
		skip "$1" "not in a quick run"
		done_testing
	fi
}

# The last command of every test file.
done_testing()
{
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ] || exit 1
	exit 0
}
