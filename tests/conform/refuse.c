/* SPDX-License-Identifier: MIT */
/* A doorbell that cannot ring a CPU: the caller is told, the others are reached, and nothing is
 * lost later. */
#include "tests/conform/suite.h"

static struct tally tally;

/* False, and the test is skipped, when the machine has no such fault. */
static bool refuse(unsigned int cpu)
{
	if (machine->refuse == NULL) {
		skip("the machine has no fault injection");
		return false;
	}
	no_polling();
	machine->refuse(cpu, true);
	return true;
}

static void test_send(void)
{
	unsigned int target = cpus[1];
	struct cpumask unreached = {{0}};
	struct cpumask only = cpumask_of(target);
	struct ipi_stats before = {0};
	struct ipi_stats after = {0};

	open_ledger();
	if (!refuse(target)) {
		return;
	}
	check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &before), 0, "ipi_stats_read()");
	check_ret(smp_cross_call(&cpu_set, IPI_RESCHEDULE, &unreached), -EIO, "a send");
	check(cpumask_equal(&unreached, &only), "unreached is the CPU that was refused");
	check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &after), 0, "ipi_stats_read()");
	check_eq(after.failed - before.failed, 1, "a refused ring counts as failed");
	check_eq(after.raised - before.raised, nr_cpus, "raised, failed ones included");
	for (unsigned int i = 0; i < nr_cpus; i++) {
		if (cpus[i] != target) {
			expect_ipi(cpus[i], IPI_RESCHEDULE);
			await_ipi(cpus[i], IPI_RESCHEDULE);
		}
	}
	close_ledger();
	machine->refuse(target, false);
	/* The next send rings, although the word of a mux still has the refused bit. */
	expect_ipi(target, IPI_RESCHEDULE);
	check_ret(smp_send_reschedule(target), 0, "a send after the refusal");
	await_ipi(target, IPI_RESCHEDULE);
	close_ledger();
}

static void test_resched(void)
{
	unsigned int target = cpus[1];

	open_ledger();
	if (!refuse(target)) {
		return;
	}
	check_ret(resched_cpu(target), -EIO, "resched_cpu()");
	check_ret(resched_cpu(target), -EIO, "resched_cpu() again: the flag was taken back");
	machine->refuse(target, false);
	expect_ipi(target, IPI_RESCHEDULE);
	check_ret(resched_cpu(target), 0, "resched_cpu() after the refusal");
	await_ipi(target, IPI_RESCHEDULE);
	close_ledger();
}

static void test_single(void)
{
	static struct call_single_data csd = CSD_INIT(tally_func, &tally);
	unsigned int target = cpus[1];
	struct cpumask only = cpumask_of(target);

	tally_init(&tally, COORDINATOR);
	if (!refuse(target)) {
		return;
	}
	check_ret(smp_call_function_single(target, tally_func, &tally, false), -EIO, "a call");
	check_ret(smp_call_function_single(target, tally_func, &tally, true), -EIO,
		  "a waiting call");
	check_ret(smp_call_function_single_async(target, &csd), -EIO, "async");
	machine->refuse(target, false);
	settle();
	check_eq(tally.total, 0, "runs of calls that were refused");
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
		  "a call after the refusal");
	settle();
	tally_check(&tally, &only, 1);
	check(!csd_is_busy(&csd), "a refused request is free once the CPU has passed over it");
}

static void test_many(void)
{
	unsigned int target = cpus[1];
	struct cpumask reached = cpu_set;

	cpumask_clear_cpu(target, &reached);
	tally_init(&tally, COORDINATOR);
	if (!refuse(target)) {
		return;
	}
	check_ret(on_each_cpu(tally_func, &tally, true), -EIO, "on_each_cpu() waiting");
	tally_check(&tally, &reached, 1);
	check_ret(on_each_cpu(tally_func, &tally, false), -EIO, "on_each_cpu()");
	wait_for(&tally.total, 2 * (uint64_t)(nr_cpus - 1), "calls to the CPUs that can be rung");
	settle();
	tally_check(&tally, &reached, 2);
	machine->refuse(target, false);
	tally_init(&tally, COORDINATOR);
	check_ret(on_each_cpu(tally_func, &tally, true), 0, "on_each_cpu() after the refusal");
	settle();
	tally_check(&tally, &cpu_set, 1);
}

/* A CPU that stays deaf is found out before a request is spent on it: refused calls do not pile up
 * in its queue and cost the caller no room. */
static void test_room(void)
{
	unsigned int target = cpus[1];
	struct cpumask only = cpumask_of(target);
	size_t room = CROSSCALL_REQUESTS_PER_CPU(nr_cpus);

	tally_init(&tally, COORDINATOR);
	if (!refuse(target)) {
		return;
	}
	for (size_t i = 0; i < 4 * room; i++) {
		check_ret(smp_call_function_single(target, tally_func, &tally, i % 2 == 0), -EIO,
			  "a call past a doorbell that fails");
		check_ret(on_each_cpu_mask(&only, tally_func, &tally, i % 2 == 0), -EIO,
			  "a call to many past a doorbell that fails");
	}
	machine->refuse(target, false);
	check_ret(smp_call_function_single(cpus[nr_cpus - 1], tally_func, &tally, true), 0,
		  "a waiting call after the refusals");
	check_ret(on_each_cpu(tally_func, &tally, true), 0, "on_each_cpu() after the refusals");
	settle();
	check_eq(tally.total, nr_cpus + 1, "runs after the refusals");
}

/* The doorbell fails now and then while others call: what was accepted runs, what was not does
 * not.
 */
static _Atomic uint64_t accepted;
static _Atomic uint64_t calling;

static void call_on(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 400; i++) {
		int err = smp_call_function_single(cpus[1], tally_func, &tally, i % 2 == 0);

		check(err == 0 || err == -EIO || err == -EBUSY, "a call past a failing doorbell");
		if (err == 0) {
			atomic_fetch_add_explicit(&accepted, 1, memory_order_relaxed);
		}
		progress();
	}
	/* release: pairs with the acquire in test_flicker() */
	atomic_fetch_sub_explicit(&calling, 1, memory_order_release);
}

static void test_flicker(void)
{
	unsigned int target = cpus[1];
	struct cpumask only = cpumask_of(target);

	if (machine->refuse == NULL) {
		skip("the machine has no fault injection");
		return;
	}
	tally_init(&tally, COORDINATOR);
	atomic_store_explicit(&accepted, 0, memory_order_relaxed);
	atomic_store_explicit(&calling, nr_cpus - 2, memory_order_relaxed);
	for (unsigned int i = 2; i < nr_cpus; i++) {
		start_on(cpus[i], call_on, NULL);
	}
	for (bool on = true; atomic_load_explicit(&calling, memory_order_acquire) != 0; on = !on) {
		machine->refuse(target, on);
		poll_turn("calls past a failing doorbell to return");
	}
	machine->refuse(target, false);
	for (unsigned int i = 2; i < nr_cpus; i++) {
		finish_on(cpus[i]);
	}
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
		  "a call after the refusals");
	settle();
	tally_check(&tally, &only, accepted + 1);
}

static _Atomic uint64_t works;

static void count_work(struct irq_work *work)
{
	(void)work;
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&works, 1, memory_order_release);
}

/* Whoever is told that it is queued rings where it is, not where he wants it. */
static void test_work_elsewhere(void)
{
	static struct irq_work work = IRQ_WORK_INIT(count_work);
	uint64_t before = works;

	if (!refuse(cpus[1])) {
		return;
	}
	check_ret(irq_work_queue_on(&work, cpus[1]), -EIO,
		  "irq_work_queue_on() past a failing doorbell");
	machine->refuse(cpus[1], false);
	check_ret(irq_work_queue_on(&work, COORDINATOR), -EBUSY,
		  "irq_work_queue_on() of queued work");
	wait_for(&works, before + 1, "the work to run");
	settle();
	check_eq(works - before, 1, "runs");
}

static bool lose(unsigned int cpu)
{
	if (machine->lose == NULL) {
		skip("the machine has no fault injection");
		return false;
	}
	no_polling();
	machine->lose(cpu);
	return true;
}

static uint64_t rescued(void)
{
	struct ipi_stats stats = {0};

	check_ret(ipi_stats_read(COORDINATOR, IPI_CALL_FUNC, &stats), 0, "ipi_stats_read()");
	return stats.rescued;
}

/* A waiting caller finds out by itself, and rings again. */
static void test_lost_call(void)
{
	unsigned int target = cpus[1];
	struct cpumask only = cpumask_of(target);
	uint64_t before = rescued();

	tally_init(&tally, COORDINATOR);
	if (!lose(target)) {
		return;
	}
	smp_set_stall_timeout(20);
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
		  "a call whose ring was lost");
	smp_set_stall_timeout(CROSSCALL_STALL_MS);
	tally_check(&tally, &only, 1);
	check_eq(rescued() - before, 1, "calls that were rescued");
}

/* Nobody waits for it: the tick finds out. */
static void test_lost_send(void)
{
	unsigned int target = cpus[1];

	if (!machine->coalesces) {
		skip("the doorbell does not coalesce");
		return;
	}
	open_ledger();
	(void)ipi_rescue(); /* forgets what it may have seen */
	if (!lose(target)) {
		return;
	}
	expect_ipi(target, IPI_RESCHEDULE);
	check_ret(smp_send_reschedule(target), 0, "a send whose ring is lost");
	check_ret(smp_send_reschedule(target), 0, "one that coalesces with it");
	settle();
	check_eq(ipi_rescue(), 0, "CPUs rescued when they are first seen pending");
	check_eq(ipi_rescue(), 1, "CPUs rescued when they are seen pending again");
	await_ipi(target, IPI_RESCHEDULE);
	close_ledger();
	check_eq(ipi_rescue(), 0, "CPUs rescued when nobody is stuck");
}

const struct conform_test conform_refuse_tests[] = {
	{"refuse: a send says whom it did not reach", test_send, 2},
	{"refuse: resched_cpu() takes its flag back", test_resched, 2},
	{"refuse: a call to one CPU does not run", test_single, 2},
	{"refuse: a call to many runs on the others", test_many, 2},
	{"refuse: refused calls do not use up the caller's room", test_room, 2},
	{"refuse: work that is queued elsewhere", test_work_elsewhere, 2},
	{"refuse: now and then, under load", test_flicker, 3},
	{"lost: a waiting call rings again", test_lost_call, 2},
	{"lost: a pending CPU that does not look is rung again", test_lost_send, 2},
	{NULL, NULL, 0},
};
