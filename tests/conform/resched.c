/* SPDX-License-Identifier: MIT */
/* need_resched, and the IPI that it saves. */
#include "tests/conform/suite.h"

static void clear_flag(void *arg)
{
	(void)arg;
	(void)test_and_clear_need_resched();
}

static void expect_flag(void *arg)
{
	(void)arg;
	check(need_resched(), "need_resched() after resched_cpu()");
	check(test_and_clear_need_resched(), "test_and_clear_need_resched() after resched_cpu()");
	check(!need_resched(), "need_resched() after it was cleared");
	check(!test_and_clear_need_resched(), "test_and_clear_need_resched() a second time");
}

static void test_skipped(void)
{
	unsigned int target = cpus[1];
	struct ipi_stats before = {0};
	struct ipi_stats after = {0};

	no_polling();
	run_on(target, clear_flag, NULL);
	open_ledger();
	for (unsigned int round = 0; round < 3; round++) {
		check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &before), 0,
			  "ipi_stats_read()");
		for (unsigned int i = 0; i < 5; i++) {
			check_ret(resched_cpu(target), 0, "resched_cpu()");
		}
		check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &after), 0,
			  "ipi_stats_read()");
		check_eq(after.raised - before.raised, 5,
			 "five resched_cpu() are raised five times");
		check_eq(after.skipped - before.skipped, 4,
			 "resched_cpu() with the flag set is skipped");
		check_eq(after.sent + after.coalesced - before.sent - before.coalesced, 1,
			 "resched_cpu() with the flag clear is sent");
		expect_ipi(target, IPI_RESCHEDULE);
		await_ipi(target, IPI_RESCHEDULE);
		run_on(target, expect_flag, NULL);
	}
	close_ledger();
}

/* The ring that the flag stood for may be gone. */
static void leave_and_return(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	check_ret(resched_cpu(port_smp_processor_id()), 0, "resched_cpu() of this CPU");
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
	port_local_irq_restore(state);
}

static void test_new_life(void)
{
	unsigned int target = cpus[1];

	no_polling();
	run_on(target, leave_and_return, NULL);
	open_ledger();
	expect_ipi(target, IPI_RESCHEDULE);
	check_ret(resched_cpu(target), 0,
		  "resched_cpu() of a CPU that came back with its flag set");
	await_ipi(target, IPI_RESCHEDULE);
	run_on(target, expect_flag, NULL);
	close_ledger();
}

static void test_self(void)
{
	open_ledger();
	clear_flag(NULL);
	check_ret(resched_cpu(COORDINATOR), 0, "resched_cpu() of this CPU");
	expect_flag(NULL);
	close_ledger();
}

/* Plain memory: the flag is what orders it. */
static uint64_t queued_task;
static _Atomic uint64_t picked;

static void pick_tasks(void *arg)
{
	uint64_t rounds = *(uint64_t *)arg;

	for (uint64_t i = 1; i <= rounds; i++) {
		while (!test_and_clear_need_resched()) {
			poll_turn("need_resched to be set");
		}
		check_eq(queued_task, i, "stores before resched_cpu() are visible with the flag");
		/* release: pairs with the acquire in wait_for() */
		atomic_store_explicit(&picked, i, memory_order_release);
	}
}

static void test_stores(void)
{
	uint64_t rounds = 100;

	run_on(cpus[1], clear_flag, NULL);
	atomic_store_explicit(&picked, 0, memory_order_relaxed);
	start_on(cpus[1], pick_tasks, &rounds);
	for (uint64_t i = 1; i <= rounds; i++) {
		queued_task = i;
		check_ret(resched_cpu(cpus[1]), 0, "resched_cpu()");
		wait_for(&picked, i, "a CPU to find its need_resched flag");
	}
	finish_on(cpus[1]);
}

const struct conform_test conform_resched_tests[] = {
	{"resched: the second resched_cpu() is skipped", test_skipped, 2},
	{"resched: a CPU that comes back with its flag set is rung", test_new_life, 2},
	{"resched: this CPU gets the flag and no IPI", test_self, 1},
	{"resched: stores before resched_cpu() are visible with the flag", test_stores, 2},
	{NULL, NULL, 0},
};
