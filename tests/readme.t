#!/bin/sh
# SPDX-License-Identifier: MIT
# the README: its adoption example compiles and links, its commands and files exist
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"

readme=$root/README.md
target="-march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany -ffreestanding"
link="-nostdlib -static"
cd "$root" || exit 1

# The code block behind the marker.
example()
{
	awk '/^<!-- adoption example/ { wanted = 1 } /^```$/ { if (inside) exit }
		inside { print } /^```c$/ && wanted { inside = 1 }' "$readme"
}

# What the adopter already has: a scheduler hook, the six hooks, four memory functions.
adopter()
{
	cat <<-END
		#include <crosscall/crosscall.h>
		void my_scheduler_ipi(struct pt_regs *regs);
		int my_ipi_init(const hwid_t *harts, unsigned int nr_cpus);
		int my_cpu_up(void);
		void my_trap_software_interrupt(struct pt_regs *regs);
		int my_hello(smp_call_func_t say_hello);
	END
}

hooks()
{
	cat <<-END
		#include <crosscall/port.h>
		struct pt_regs;
		void my_scheduler_ipi(struct pt_regs *regs) { (void)regs; }
		unsigned int port_smp_processor_id(void) { return 0; }
		unsigned long port_local_irq_save(void) { return 0; }
		void port_local_irq_restore(unsigned long state) { (void)state; }
		void port_cpu_relax(void) { }
		uint64_t port_clock_ns(void) { return 0; }
		_Noreturn void port_panic(const char *message) { (void)message; for (;;) { } }
		void *memcpy(void *to, const void *from, unsigned long n) { (void)from; (void)n; return to; }
		void *memset(void *to, int c, unsigned long n) { (void)c; (void)n; return to; }
		void *memmove(void *to, const void *from, unsigned long n) { (void)from; (void)n; return to; }
		int memcmp(const void *a, const void *b, unsigned long n) { (void)a; (void)b; (void)n; return 0; }
	END
}

# shellcheck disable=SC2086 # words
build_example()
{
	adopter >"$work/adopter.h"
	hooks >"$work/hooks.c"
	example >"$work/example.c"
	riscv64-unknown-elf-gcc $target -std=c11 -O2 -Wall -Wextra -Werror -Iinclude -I. -Iarch/riscv64 \
		-include "$work/adopter.h" $link -Wl,-e,my_hello "$work/example.c" "$work/hooks.c" \
		"$build/riscv64/libcrosscall.a" -o "$work/example.elf"
}

lines=$(example | grep -c .)
[ "$lines" -ge 15 ] && [ "$lines" -le 30 ]
ok $? "the adoption example has about 20 lines (it has $lines)"
check "the adoption example compiles and links" build_example

# A hook left out is a link error, not silence.
hooks | grep -v port_clock_ns >"$work/hooks.c.less"
# shellcheck disable=SC2086 # words
control()
{
	build_example || return 1
	mv "$work/hooks.c.less" "$work/hooks.c"
	! riscv64-unknown-elf-gcc $target -Iinclude $link -Wl,-e,my_scheduler_ipi "$work/hooks.c" \
		-Wl,--whole-archive "$build/riscv64/libcrosscall.a" -o "$work/less.elf"
}
check "control: without a hook it does not link" control

# Every command line of the README is one that exists.
sed -n 's/^\.\/crosscall \([a-z]*\).*/\1/p' "$readme" | sort -u >"$work/commands"
while read -r word; do
	check "the README's './crosscall $word' exists" ./crosscall help "$word"
done <"$work/commands"
[ -s "$work/commands" ]
ok $? "the README has commands"

# Every path it names exists.
{
	# shellcheck disable=SC2016 # no expansion: these are the quotes of Markdown
	grep -o '`[a-z]*/[a-zA-Z0-9_./-]*`' "$readme" | tr -d '`'
	awk '/^## The house/ { on = 1 } on && /^[a-z][a-z.\/]* / { print $1 }' "$readme"
} | sort -u >"$work/paths"
while read -r path; do
	[ -e "$path" ]
	ok $? "the README's $path exists"
done <"$work/paths"

# What it shows of a run is what a run says: the beginnings of the self-check's lines.
run "$work/log" --cpus 4
is $? 0 "a batch run passes"
sed -n '/^self-check on/,/^$/p' "$readme" | sed 's/^  //; s/   *.*//; s/ [0-9].*//' | grep . >"$work/labels"
while read -r label; do
	grep -a -q -F -- "$label" "$work/log"
	ok $? "a run says '$label'"
done <"$work/labels"

# The kernel knows the words that it names.
# shellcheck disable=SC2016 # no expansion: these are the quotes of Markdown
awk '/^More to try/ { on = 1 } /^$/ { on = 0 } on' "$readme" | grep -o '`[a-z-]*[=`]' | tr -d '`=' |
	sort -u >"$work/words"
while read -r word; do
	grep -q "\.key = \"$word\"" "$root/kernel/params.c"
	ok $? "the kernel knows $word"
done <"$work/words"
done_testing
