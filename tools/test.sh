# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# crosscall test: build everything, run tests/*.t with prove, count what the TAP says.

test_defaults()
{
	quick=
	list=no
	only=
	may_install_test=yes
}

test_parse()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) quick=yes ;;
		--list) list=yes ;;
		--only)
			need_value "$1" $#
			only=$2
			shift
			;;
		--no-install) may_install_test=no ;;
		-h | --help) help_test && exit 0 ;;
		-*) usage_error "test: unknown option '$1'" ;;
		*) usage_error "test: unexpected argument '$1'" ;;
		esac
		shift
	done
}

# Those that take minutes come first, so that none of them runs on alone at the end.
long_tests="controls-riscv64 controls conform-host controls-aarch64 boot-aarch64 boot-riscv64 \
lint family-console conform-aarch64 hotplug conform-riscv64 model idle explore threads"

# The chosen test files, one a line, relative to the root.
test_files()
{
	(cd "$root" && {
		for name in $long_tests; do
			[ ! -e "tests/$name.t" ] || echo "tests/$name.t"
		done
		for file in tests/*.t; do
			name=${file##*/}
			case " $long_tests " in
			*" ${name%.t} "*) ;;
			*) echo "$file" ;;
			esac
		done
	}) | while read -r file; do
		case ${file##*/} in
		*"$only"*) echo "$file" ;;
		esac
	done
}

# One line a test: its name and what its second comment line says.
test_list()
{
	for file in $files; do
		printf '%-24s %s\n' "$(basename "$file" .t)" \
			"$(sed -n '3s/^# //p' "$root/$file")"
	done
}

# The part of each failing test's log that says why.
show_failures()
{
	for file in $files; do
		tap=$build/tap/$(basename "$file" .t).tap
		[ -e "$tap" ] || continue
		awk '/^not ok/ { show = 1 } /^ok/ { show = 0 } /^Bail out/ { show = 1 } show' "$tap" |
			head -n 60 | sed "s|^|$(basename "$file" .t): |"
	done
}

# Passed, failed and skipped, from the TAP of one file and the exit status of its program.
count_file()
{
	awk -v status="$2" '
		/^ok [0-9]+.*# skip/ { skipped++; next }
		/^ok / { passed++ }
		/^not ok / { failed++ }
		/^1\.\.[0-9]+/ { planned = substr($1, 4); has_plan = 1 }
		END {
			seen = passed + failed + skipped
			if (has_plan && planned > seen) failed += planned - seen
			if (!has_plan || planned < seen) failed++
			if (status != 0 && failed == 0) failed++
			print passed + 0, failed + 0, skipped + 0
		}' "$1"
}

# Sums up over all files; a file that left nothing behind is one failure.
count_all()
{
	for file in $files; do
		tap=$build/tap/$(basename "$file" .t).tap
		if [ -e "$tap" ]; then
			count_file "$tap" "$(cat "$tap.status" 2>/dev/null || echo 1)"
		else
			echo 0 1 0
		fi
	done | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }'
}

test_interrupted()
{
	trap - INT TERM HUP
	kill "$prove_pid" 2>/dev/null
	for running in "$build"/tap/*.pid; do
		[ ! -e "$running" ] || kill "$(cat "$running")" 2>/dev/null
	done
	say "interrupted"
	exit 1
}

# One more than there are processors: most files wait now and then for what must not come.
test_jobs()
{
	echo $(($(jobs_count) + 1))
}

test_run()
{
	rm -rf "$build/tap"
	mkdir -p "$build/tap"
	CROSSCALL_BUILD=$build
	CROSSCALL_QUICK=$quick
	export CROSSCALL_BUILD CROSSCALL_QUICK
	# shellcheck disable=SC2086 # a list of files without spaces
	(cd "$root" && exec prove --jobs "$(test_jobs)" --timer --exec 'sh tools/tap-run.sh' $files) 2>&1 &
	prove_pid=$!
	trap test_interrupted INT TERM HUP
	wait "$prove_pid"
	trap - INT TERM HUP
	show_failures
}

# A quick run does without some of the sanitizers.
test_targets()
{
	if [ -n "$quick" ]; then
		echo riscv64 aarch64 host-plain host-tsan lib
	else
		echo riscv64 aarch64 host lib
	fi
}

test_verdict()
{
	counts=$(count_all)
	# shellcheck disable=SC2086 # three numbers
	set -- $counts
	line="$1 passed, $2 failed"
	[ "$3" -eq 0 ] || line="$line, $3 skipped"
	echo "$line"
	[ "$2" -eq 0 ] && [ "$1" -gt 0 ]
}

command_test()
{
	test_defaults
	test_parse "$@"
	files=$(test_files)
	[ -n "$files" ] || usage_error "--only '$only': no test has that in its name (see test --list)"
	if [ "$list" = yes ]; then
		test_list
		exit 0
	fi
	need_packages "$may_install_test" riscv64 aarch64 tests
	# shellcheck disable=SC2046 # words
	build_targets tests $(test_targets)
	test_run
	test_verdict
}
