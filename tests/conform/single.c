/* SPDX-License-Identifier: MIT */
/* smp_call_function_single(). */
#include "tests/conform/suite.h"

static struct tally tally;

/* Every call of a row goes to one of nr_targets() CPUs. */
static unsigned int peer(unsigned int index, unsigned int i)
{
	return cpus[(index + i) % nr_cpus];
}

static void call_row_waiting(void *arg)
{
	unsigned int index = *(unsigned int *)arg;

	for (unsigned int i = 0; i < nr_targets(); i++) {
		unsigned int target = peer(index, i);
		struct cpumask mask = cpumask_of(target);

		tally_init(&tally, port_smp_processor_id());
		check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
			  "smp_call_function_single() waiting");
		tally_check(&tally, &mask, 1);
	}
}

static void call_row(void *arg)
{
	unsigned int index = *(unsigned int *)arg;

	for (unsigned int i = 0; i < nr_targets(); i++) {
		unsigned int target = peer(index, i);
		struct cpumask mask = cpumask_of(target);

		tally_init(&tally, port_smp_processor_id());
		check_ret(smp_call_function_single(target, tally_func, &tally, false), 0,
			  "smp_call_function_single() not waiting");
		wait_for(&tally.total, 1, "a call that nobody waits for");
		tally_check(&tally, &mask, 1);
	}
}

static void each_row(void (*row)(void *))
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		run_on(cpus[i], row, &i);
	}
	settle();
	check_eq(tally.total, 1, "runs of the last call, a while later");
}

static void test_not_waiting(void)
{
	each_row(call_row);
}

static void test_waiting(void)
{
	each_row(call_row_waiting);
}

/* Plain memory on purpose: the call and its completion order it. */
static uint64_t question;
static uint64_t answer;

static void answer_question(void *info)
{
	uint64_t *into = info;

	*into = question * 2;
}

static void ask(void *arg)
{
	unsigned int target = *(unsigned int *)arg;

	for (uint64_t i = 1; i <= 300; i++) {
		question = i;
		answer = 0;
		check_ret(smp_call_function_single(target, answer_question, &answer, true), 0,
			  "smp_call_function_single() waiting");
		if (!check_eq(answer, i * 2, "stores of the call and the function are visible")) {
			break;
		}
	}
}

static void test_stores(void)
{
	for (unsigned int i = 0; i < nr_cpus && i < 4; i++) {
		unsigned int target = cpus[(i + 1) % nr_cpus];

		run_on(cpus[i], ask, &target);
	}
}

static void note_context(void *info)
{
	bool *masked = info;

	*masked = irqs_masked() && port_smp_processor_id() == COORDINATOR;
}

static void test_local(void)
{
	bool ran = false;
	uint64_t rings = machine->doorbell->rings(COORDINATOR);

	check_ret(smp_call_function_single(COORDINATOR, note_context, &ran, false), 0,
		  "smp_call_function_single() to this CPU");
	check(ran, "a local call runs at once, interrupts masked");
	ran = false;
	unsigned long state = port_local_irq_save();

	check_ret(smp_call_function_single(COORDINATOR, note_context, &ran, true), 0,
		  "a local call may wait with interrupts masked");
	check(irqs_masked(), "a local call leaves interrupts masked");
	port_local_irq_restore(state);
	check(ran, "a local waiting call runs at once");
	check(!irqs_masked(), "a local call leaves interrupts enabled");
	check_eq(machine->doorbell->rings(COORDINATOR), rings, "a local call rings nobody");
}

static void test_masked_target(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	struct ipi_stats before = {0};
	struct ipi_stats after = {0};

	tally_init(&tally, COORDINATOR);
	hold(target);
	uint64_t rings = machine->doorbell->rings(COORDINATOR);

	check_ret(ipi_stats_read(COORDINATOR, IPI_CALL_FUNC, &before), 0, "ipi_stats_read()");
	for (unsigned int i = 0; i < 10; i++) {
		check_ret(smp_call_function_single(target, tally_func, &tally, false), 0,
			  "smp_call_function_single() to a CPU with masked interrupts");
	}
	check_ret(ipi_stats_read(COORDINATOR, IPI_CALL_FUNC, &after), 0, "ipi_stats_read()");
	check_eq(machine->doorbell->rings(COORDINATOR) - rings, 1, "ten calls ring once");
	check_eq(after.raised - before.raised, 10, "ten calls are raised ten times");
	check_eq(after.skipped - before.skipped, 9,
		 "calls onto a queue that is not empty are skipped");
	settle();
	check_eq(tally.total, 0, "nothing runs on a CPU with masked interrupts");
	unhold(target);
	wait_for(&tally.total, 10, "calls to a CPU that had interrupts masked");
	settle();
	tally_check(&tally, &mask, 10);
}

const struct conform_test conform_single_tests[] = {
	{"single: every pair, not waiting", test_not_waiting, 1},
	{"single: every pair, waiting", test_waiting, 1},
	{"single: stores before the call and of the function are visible", test_stores, 1},
	{"single: this CPU runs it itself, interrupts masked", test_local, 1},
	{"single: calls to a CPU with masked interrupts wait there and ring once",
	 test_masked_target, 2},
	{NULL, NULL, 0},
};
