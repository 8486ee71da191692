/* SPDX-License-Identifier: MIT */
#include "kernel/result.h"

#include <stdarg.h>
#include <stdio.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/params.h"

static struct {
	unsigned long checks;
	unsigned long failed;
	const char *doorbell;
	unsigned int cpus;
} result = {.doorbell = "none", .cpus = 1};

static void end_if_failed(void)
{
	if (params.fail_fast && result.failed != 0) {
		result_exit();
	}
}

bool result_check(bool ok, const char *format, ...)
{
	result.checks++;
	if (!ok) {
		char line[160];
		va_list args;

		result.failed++;
		va_start(args, format);
		vsnprintf(line, sizeof(line), format, args);
		va_end(args);
		printk("FAILED: %s\n", line);
		end_if_failed();
	}
	return ok;
}

void result_add(unsigned long checks, unsigned long failed)
{
	result.checks += checks;
	result.failed += failed;
	end_if_failed();
}

void result_set_doorbell(const char *name)
{
	result.doorbell = name;
}

void result_set_cpus(unsigned int cpus)
{
	result.cpus = cpus;
}

static void print_last_line(bool passed)
{
	unsigned long ms = (unsigned long)(arch_clock_ns() / 1000000);

	printk("crosscall: %s cpus=%u doorbell=%s checks=%lu failed=%lu seconds=%lu.%02lu\n",
	       passed ? "PASS" : "FAIL", result.cpus, result.doorbell, result.checks, result.failed,
	       ms / 1000, ms % 1000 / 10);
}

void result_print_fail(void)
{
	result_add(1, 1);
	print_last_line(false);
}

void result_exit(void)
{
	bool passed = result.failed == 0 && result.checks > 0;

	print_last_line(passed);
	arch_exit(passed ? 0 : 1);
}

void give_up(const char *why)
{
	printk("crosscall: %s\n", why);
	result_print_fail();
	arch_exit(1);
}
