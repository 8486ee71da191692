/* SPDX-License-Identifier: MIT */
/* Calls with a deadline, and work that waits for the tick. */
#include <crosscall/crosscall.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/ledger.h"
#include "kernel/result.h"
#include "kernel/selfcheck.h"

/* So many CPUs are made silent, one after the other. */
#define SILENT_MOST 4U
#define DEADLINE_NS 2000000ULL

/* A CPU that keeps interrupts masked until it is told. */
struct silence {
	atomic_bool entered;
	atomic_bool over;
};

static void be_silent(void *info)
{
	struct silence *silence = info;

	atomic_store_explicit(&silence->entered, true, memory_order_relaxed);
	while (!atomic_load_explicit(&silence->over, memory_order_relaxed)) {
		cpu_relax();
	}
}

static bool is_silent(void *arg)
{
	struct silence *silence = arg;

	return atomic_load_explicit(&silence->entered, memory_order_relaxed);
}

static void check_answered(const struct cpumask *online)
{
	struct verdict verdict = {.what = "deadline, answered"};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		verdict.pairs++;
		ledger_expect(cpu, IPI_CALL_FUNC);
		verdict.errors += smp_call_function_single_timeout(cpu, ledger_call, NULL,
								   patience_ns()) != 0;
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
}

/* The call to a silent CPU ends in time, never runs, and the next one does. */
static void check_silent_cpu(unsigned int cpu, struct verdict *verdict)
{
	static struct silence silence;
	int error;

	atomic_store_explicit(&silence.entered, false, memory_order_relaxed);
	atomic_store_explicit(&silence.over, false, memory_order_relaxed);
	verdict->pairs++;
	verdict->errors += smp_call_function_single(cpu, be_silent, &silence, false) != 0;
	verdict->errors += !wait_until(is_silent, &silence, patience_ns());
	error = smp_call_function_single_timeout(cpu, ledger_call, NULL, DEADLINE_NS);
	atomic_store_explicit(&silence.over, true, memory_order_relaxed);
	result_check(error == -ETIMEDOUT, "a call to cpu %u, which is silent, returned %d", cpu,
		     error);
	ledger_settle(verdict, this_cpu()->cpu);
	ledger_expect(cpu, IPI_CALL_FUNC);
	verdict->errors += smp_call_function_single(cpu, ledger_call, NULL, true) != 0;
	ledger_settle(verdict, this_cpu()->cpu);
}

static void check_unanswered(const struct cpumask *online)
{
	struct verdict verdict = {.what = "deadline, unanswered"};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		if (cpu != this_cpu()->cpu && verdict.pairs < SILENT_MOST) {
			check_silent_cpu(cpu, &verdict);
		}
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
}

static void count_work(struct irq_work *work)
{
	(void)work;
	percpu_count(&this_cpu()->heard[IPI_IRQ_WORK]);
}

static void queue_here(void *info)
{
	struct irq_work *works = info;
	struct irq_work *work = &works[this_cpu()->cpu];

	work->func = count_work;
	crosscall_ignore(irq_work_queue(work)); /* what was refused shows as missing */
}

static void check_local_work(const struct cpumask *online)
{
	static struct irq_work works[CROSSCALL_NR_CPUS];
	struct verdict verdict = {.what = "irq-work, local", .pairs = cpumask_weight(online)};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		ledger_expect(cpu, IPI_IRQ_WORK);
		verdict.errors += smp_call_function_single(cpu, queue_here, works, true) != 0;
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
}

/* Lazy work rings nobody, and runs at the tick. */
static void check_lazy_work(const struct cpumask *online)
{
	static struct irq_work works[CROSSCALL_NR_CPUS];
	struct verdict verdict = {.what = "irq-work, lazy", .pairs = cpumask_weight(online)};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		works[cpu] = (struct irq_work)IRQ_WORK_INIT_LAZY(count_work);
		verdict.errors += irq_work_queue_on(&works[cpu], cpu) != 0;
	}
	ledger_close(&verdict);
	for_each_cpu(cpu, online) {
		ledger_expect(cpu, IPI_IRQ_WORK);
		ledger_expect(cpu, IPI_TIMER);
	}
	verdict.errors += smp_cross_call(online, IPI_TIMER, NULL) != 0;
	ledger_close(&verdict);
	verdict_print(&verdict);
}

void selfcheck_late(void)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	check_answered(&online);
	check_unanswered(&online);
	check_local_work(&online);
	check_lazy_work(&online);
}
