/* SPDX-License-Identifier: MIT */
/* Programming errors end in a panic whose words name the mistake. */
#include <string.h>

#include "tests/conform/suite.h"

static void no_op(void *info)
{
	(void)info;
}

static void wait_single_masked(void *arg)
{
	(void)arg;
	(void)port_local_irq_save();
	crosscall_ignore(smp_call_function_single(cpus[1], no_op, NULL, true));
}

static void wait_many_masked(void *arg)
{
	(void)arg;
	(void)port_local_irq_save();
	crosscall_ignore(smp_call_function(no_op, NULL, true));
}

static void wait_each_masked(void *arg)
{
	(void)arg;
	(void)port_local_irq_save();
	crosscall_ignore(on_each_cpu(no_op, NULL, true));
}

static void start_enabled(void *arg)
{
	(void)arg;
	check_ret(smp_cpu_starting(), 0, "not reached");
}

static void die_enabled(void *arg)
{
	(void)arg;
	(void)smp_cpu_dying();
}

static void exit_without_enter(void *arg)
{
	(void)arg;
	(void)port_local_irq_save();
	irq_exit(NULL);
}

static void expect_panic(void (*fn)(void *), const char *word)
{
	char message[160] = "";

	if (machine->catch_panic == NULL) {
		skip("the machine cannot survive a panic");
		return;
	}
	check(machine->catch_panic(fn, NULL, message, sizeof(message)), word);
	check(strstr(message, word) != NULL, word);
	check(!irqs_masked(), "interrupts are as before");
}

static void test_waiting(void)
{
	expect_panic(wait_single_masked, "smp_call_function_single");
	expect_panic(wait_many_masked, "smp_call_function_many");
	expect_panic(wait_each_masked, "smp_call_function_many");
	if (machine->catch_panic != NULL) {
		check_ret(on_each_cpu(no_op, NULL, true), 0, "a call after the panics");
	}
}

static void test_enabled(void)
{
	expect_panic(start_enabled, "smp_cpu_starting");
	expect_panic(die_enabled, "smp_cpu_dying");
	check(cpu_online(COORDINATOR), "this CPU is still online");
}

static void test_exit(void)
{
	expect_panic(exit_without_enter, "irq_exit");
}

const struct conform_test conform_misuse_tests[] = {
	{"misuse: waiting with interrupts masked", test_waiting, 2},
	{"misuse: starting and dying with interrupts enabled", test_enabled, 1},
	{"misuse: irq_exit() without irq_enter()", test_exit, 1},
	{NULL, NULL, 0},
};
