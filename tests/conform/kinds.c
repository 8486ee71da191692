/* SPDX-License-Identifier: MIT */
/* Users' own kinds, the tick broadcast, latencies and stall reports. */
#include <string.h>

#include "tests/conform/suite.h"

static _Atomic uint64_t own_seen[CROSSCALL_NR_CPUS];
static _Atomic uint64_t own_total;

static void own_handler(struct pt_regs *regs)
{
	(void)regs;
	check(in_interrupt() && irqs_masked(), "a registered kind is in interrupt context");
	atomic_fetch_add_explicit(&own_seen[port_smp_processor_id()], 1, memory_order_relaxed);
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&own_total, 1, memory_order_release);
}

static void test_register(void)
{
	check_ret(ipi_register_kind(NULL, own_handler), -EINVAL, "a kind without a name");
	check_ret(ipi_register_kind("nothing", NULL), -EINVAL, "a kind without a handler");
	int kind = ipi_register_kind("conform", own_handler);

	if (!check(kind >= IPI_FIRST_USER && kind < NR_IPI, "a registered kind's number")) {
		return;
	}
	check(strcmp(ipi_name((unsigned int)kind), "conform") == 0, "its name");
	check_ret(smp_cross_call(&cpu_set, (unsigned int)kind, NULL), 0, "a send of it");
	wait_for(&own_total, nr_cpus, "a registered kind");
	settle();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		check_eq(own_seen[cpus[i]], 1, "receipts of a registered kind");
	}
	while (kind >= 0) {
		kind = ipi_register_kind("more", own_handler);
	}
	check_ret(kind, -ENOSPC, "more kinds than there are");
}

/* From an interrupt, as the timer does. */
static struct irq_work tick_work;
static struct cpumask tick_mask;

static void tick_callback(struct irq_work *work)
{
	(void)work;
	check_ret(tick_broadcast(&tick_mask), 0, "tick_broadcast()");
}

/* This CPU's own share is no IPI, though its handler notes one. */
static void forget_local_tick(unsigned int cpu, const struct cpumask *mask)
{
	if (cpumask_test_cpu(cpu, mask)) {
		atomic_fetch_sub_explicit(&seen[cpu][IPI_TIMER], 1, memory_order_relaxed);
	}
}

static void send_tick(unsigned int cpu, const struct cpumask *mask)
{
	tick_mask = *mask;
	tick_work = (struct irq_work)IRQ_WORK_INIT(tick_callback);
	check_ret(irq_work_queue_on(&tick_work, cpu), 0, "irq_work_queue_on()");
	irq_work_sync(&tick_work);
}

static void test_tick(void)
{
	struct cpumask mask;
	uint64_t state = random_seed(77);

	if ((machine->kinds & (UINT32_C(1) << IPI_TIMER)) == 0) {
		skip("the machine has no handler for the tick");
		return;
	}
	for (unsigned int round = 0; round < 20; round++) {
		unsigned int from = cpus[round % nr_cpus];

		random_mask(&mask, &state);
		open_ledger();
		for (unsigned int i = 0; i < nr_cpus; i++) {
			if (cpumask_test_cpu(cpus[i], &mask)) {
				expect_ipi(cpus[i], IPI_TIMER);
			}
		}
		send_tick(from, &mask);
		for (unsigned int i = 0; i < nr_cpus; i++) {
			if (cpumask_test_cpu(cpus[i], &mask)) {
				await_ipi(cpus[i], IPI_TIMER);
			}
		}
		close_ledger();
		forget_local_tick(from, &mask);
	}
}

static void nothing(void *info)
{
	(void)info;
}

static void check_latency(const struct ipi_latency *latency, uint64_t samples)
{
	check_eq(latency->samples, samples, "latency samples");
	check(latency->min <= latency->median && latency->median <= latency->p99 &&
		      latency->p99 <= latency->max,
	      "minimum, median, p99 and maximum in this order");
}

static void test_latency(void)
{
	unsigned int target = cpus[1];
	struct ipi_latency latency;

	ipi_latency_enable(true);
	ipi_latency_reset();
	for (unsigned int i = 0; i < 50; i++) {
		check_ret(smp_call_function_single(target, nothing, NULL, true), 0, "a call");
	}
	ipi_latency_enable(false);
	check_ret(smp_call_function_single(target, nothing, NULL, true), 0, "an unmeasured call");
	settle();
	check_ret(ipi_latency_read(target, IPI_CALL_FUNC, IPI_SEND_TO_ENTRY, &latency), 0,
		  "ipi_latency_read()");
	check_latency(&latency, 50);
	check_ret(ipi_latency_read(target, IPI_CALL_FUNC, IPI_ENTRY_TO_DONE, &latency), 0,
		  "ipi_latency_read()");
	check_latency(&latency, 50);
	ipi_latency_merge(&latency, &latency);
	check_eq(latency.samples, 100, "samples after a merge");
	ipi_latency_reset();
	check_ret(ipi_latency_read(target, IPI_CALL_FUNC, IPI_SEND_TO_ENTRY, &latency), 0,
		  "ipi_latency_read()");
	check_latency(&latency, 0);
	check_ret(ipi_latency_read(nr_cpu_ids(), 0, IPI_SEND_TO_ENTRY, &latency), -EINVAL,
		  "no such CPU");
	check_ret(ipi_latency_read(0, NR_IPI, IPI_SEND_TO_ENTRY, &latency), -EINVAL,
		  "no such kind");
	check_ret(ipi_latency_read(0, 0, NR_IPI_LATENCY_PARTS, &latency), -EINVAL, "no such part");
	check_ret(ipi_latency_read(0, 0, IPI_SEND_TO_ENTRY, NULL), -EINVAL, "nowhere to put it");
}

static void call_silent(void *arg)
{
	check_ret(smp_call_function_single(*(unsigned int *)arg, nothing, NULL, true), 0,
		  "a call to a CPU that is silent for long");
}

static void test_stall(void)
{
	unsigned int silent = cpus[1];
	unsigned int waiter = cpus[2];
	uint64_t before = reports;
	struct ipi_stats stats = {0};
	struct ipi_stats later = {0};

	check_ret(ipi_stats_read(waiter, IPI_CALL_FUNC, &stats), 0, "ipi_stats_read()");
	smp_set_stall_timeout(5);
	hold(silent);
	start_on(waiter, call_silent, &silent);
	wait_for(&reports, before + 1, "a stall report");
	unhold(silent);
	finish_on(waiter);
	smp_set_stall_timeout(CROSSCALL_STALL_MS);
	check_ret(ipi_stats_read(waiter, IPI_CALL_FUNC, &later), 0, "ipi_stats_read()");
	check_eq(later.rescued - stats.rescued, 1, "calls that ran after a second ring");
}

const struct conform_test conform_kinds_tests[] = {
	{"kinds: one of the user's own", test_register, 1},
	{"kinds: the tick is broadcast, this CPU included", test_tick, 1},
	{"latency: every measured call is a sample", test_latency, 2},
	{"stall: a long wait is reported, and goes on", test_stall, 3},
	{NULL, NULL, 0},
};
