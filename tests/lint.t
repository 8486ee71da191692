#!/bin/sh
# SPDX-License-Identifier: MIT
# static checks: format, clang-tidy, cppcheck, sparse, shellcheck, house rules
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/rules.sh
. "$root/tests/lib/rules.sh"

cd "$root" || exit 1

# The compiler's flags of a target, as clang tools take them.
flags_of()
{
	make -s --no-print-directory print-flags | sed -n "s/^$1 //p"
}

# Runs clang-tidy with $flags over the files that $work/files lists.
tidy_files()
{
	# shellcheck disable=SC2016 # the inner shell expands these
	xargs -P "$(nproc)" -n 6 sh -c \
		'flags=$1; shift; clang-tidy --quiet "$@" -- -std=c11 $flags 2>/dev/null' \
		sh "$flags" <"$work/files"
}

# tidy NAME "FLAGS" FILE...
tidy()
{
	name=$1
	flags=$2
	shift 2
	[ $# -gt 0 ] || return 0
	printf '%s\n' "$@" >"$work/files"
	check "clang-tidy: $name" tidy_files
}

# Existing files that match: files_in PATTERN...
files_in()
{
	for file; do
		[ -e "$file" ] && printf '%s\n' "$file"
	done
}

# Minutes of it: not in a quick run.
# shellcheck disable=SC2046 # lists of words
tidy_all()
{
	tidy "library, riscv64" "$riscv" core/*.c $(files_in irqchip/sbi_*.c)
	tidy "library, aarch64" "$arm" $(files_in irqchip/gic*.c)
	tidy "kernel, riscv64" "$riscv -D_GNU_SOURCE=" \
		$(files_in kernel/*.c kernel/bench/*.c kernel/sched/*.c kernel/riscv64/*.c)
	tidy "kernel, aarch64" "$arm -D_GNU_SOURCE=" $(files_in kernel/aarch64/*.c)
	tidy "host" "$(flags_of host)" $(files_in sim/*.c tests/conform/*.c tests/unit/*.c)
}

# shellcheck disable=SC2046,SC2086 # lists of words
tools_for_c()
{
	check "clang-format" clang-format --dry-run -Werror $(c_files)
	riscv="$(flags_of riscv64) -isystem /usr/lib/picolibc/riscv64-unknown-elf/include"
	arm="$(flags_of aarch64) -isystem /usr/lib/picolibc/aarch64-linux-gnu/include"
	if [ -n "$quick" ]; then
		skip "clang-tidy" "not in a quick run"
	else
		tidy_all
	fi
	check "cppcheck" cppcheck --quiet --std=c11 --error-exitcode=1 -j "$(nproc)" \
		--enable=warning,performance,portability --inline-suppr '-D_Alignas(x)=' -Iinclude -I. \
		--suppress=preprocessorErrorDirective:include/crosscall/errno.h \
		$(files_in core irqchip kernel sim tests/conform)
	none "sparse" sparse_all
}

# sparse knows no thread sanitizer and no other libc: the freestanding part is what it can read.
sparse_all()
{
	for file in core/*.c irqchip/*.c; do
		case $file in
		irqchip/gic*) sparse_arch=aarch64 ;;
		*) sparse_arch=riscv64 ;;
		esac
		sparse -std=c11 -Iinclude -I. "-Iarch/$sparse_arch" -Wno-undef "$file"
	done
}

# shellcheck disable=SC2046 # a list of words
tools_for_shell()
{
	check "shellcheck" shellcheck -x -a -P "$root" crosscall .ci/run tools/tap-run.sh tests/*.t
}

rules()
{
	for rule in spdx file_length line_length function_length conditionals asm weak leftovers \
		places arrows; do
		none "rule: $rule" "rule_$rule"
	done
}

# A tree that breaks each rule once: a rule that stays silent there is no rule.
bad_tree()
{
	mkdir -p "$work/bad/core" "$work/bad/kernel"
	cd "$work/bad" || exit 1
	echo '/* no licence */' >core/spdx.c
	yes '/* SPDX-License-Identifier: MIT */' | head -n 401 >core/file_length.c
	printf '/* %0100d */\n' 0 >core/line_length.c
	{ echo '{' && yes '	x();' | head -n 61 && echo '}'; } >core/function_length.c
	printf '#ifdef X\n#endif\n' >core/conditionals.c
	echo 'void f(void) { __asm__ volatile("nop"); }' >kernel/asm.c
	echo 'int x __attribute__((weak));' >core/weak.c
	echo '/* TO''DO */' >core/leftovers.c
	echo "char *p = \"/ho""me/x\";" >core/places.c
	echo '#include "kernel/console.h"' >core/arrows.c
}

controls()
{
	bad_tree
	for rule in spdx file_length line_length function_length conditionals asm weak leftovers \
		places arrows; do
		"rule_$rule" >"$work/$rule.out" 2>&1
		grep -q "/$rule\.c" "$work/$rule.out"
		ok $? "control: rule $rule is broken and it shows"
	done
	cd "$root" || exit 1
}

tools_for_c
tools_for_shell
rules
controls
done_testing
