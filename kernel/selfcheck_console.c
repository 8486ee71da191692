/* SPDX-License-Identifier: MIT */
/* One CPU's unfinished line, and another's lines: they do not run together. */
#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/selfcheck.h"

/* In one piece, as a backtrace is: the lock nests. */
static void print_line(void *unused)
{
	unsigned long state = console_lock();

	(void)unused;
	printk("  %-24s %7u line was ended for another CPU's\n", "console", 1U);
	console_unlock(state);
}

void selfcheck_console(void)
{
	unsigned int breaks = console_breaks();
	struct cpumask others;

	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	if (cpumask_empty(&others)) {
		return;
	}
	console_write("  a line that is not finished");
	result_check(smp_call_function_any(&others, print_line, NULL, true) == 0 &&
			     console_breaks() == breaks + 1,
		     "a CPU's lines ran into another's");
}
