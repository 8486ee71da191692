/* SPDX-License-Identifier: MIT */
/* What the options of the command line add to the self-check. */
#include <crosscall/cpu.h>
#include <crosscall/irq_work.h>
#include <crosscall/parking.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/selfcheck.h"
#include "kernel/timer.h"

#define TICKS 5U

/* What each CPU had at the start. */
static struct {
	struct cpumask online;
	uint64_t ticks[CROSSCALL_NR_CPUS];
	uint64_t timer_sets[CROSSCALL_NR_CPUS];
	struct irq_work lazy[CROSSCALL_NR_CPUS];
	_Atomic uint64_t lazy_runs;
} start;

static void count_lazy(struct irq_work *work)
{
	(void)work;
	atomic_fetch_add_explicit(&start.lazy_runs, 1, memory_order_relaxed);
}

static uint64_t ticks_of(unsigned int cpu)
{
	return percpu_read(&cpu_data(cpu)->heard[IPI_TIMER]) - start.ticks[cpu];
}

static uint64_t sets_of(unsigned int cpu)
{
	return percpu_read(&cpu_data(cpu)->timer_sets) - start.timer_sets[cpu];
}

static void note_start(void)
{
	unsigned int cpu;

	cpumask_copy_online(&start.online);
	for_each_cpu(cpu, &start.online) {
		start.ticks[cpu] += ticks_of(cpu);
		start.timer_sets[cpu] += sets_of(cpu);
		start.lazy[cpu] = (struct irq_work)IRQ_WORK_INIT_LAZY(count_lazy);
		result_check(irq_work_queue_on(&start.lazy[cpu], cpu) == 0,
			     "cpu %u does not take lazy work", cpu);
	}
}

static bool all_ticked(void *arg)
{
	unsigned int cpu;

	(void)arg;
	for_each_cpu(cpu, &start.online) {
		if (ticks_of(cpu) < TICKS) {
			return false;
		}
	}
	return true;
}

static void check_ticks(void)
{
	uint64_t least = UINT64_MAX;
	uint64_t strangers = 0;
	unsigned int cpu;

	for_each_cpu(cpu, &start.online) {
		uint64_t ticks = ticks_of(cpu);

		least = ticks < least ? ticks : least;
		result_check(ticks >= TICKS, "cpu %u heard only %lu ticks", cpu,
			     (unsigned long)ticks);
		strangers += cpu != this_cpu()->cpu && sets_of(cpu) != 0;
	}
	result_check(strangers == 0, "%lu other CPUs programmed their timers",
		     (unsigned long)strangers);
	result_check(start.lazy_runs == cpumask_weight(&start.online),
		     "lazy work ran %lu times at the tick, not %u", (unsigned long)start.lazy_runs,
		     cpumask_weight(&start.online));
	result_check(tick_failures() == 0, "%lu ticks did not reach everybody", tick_failures());
	printk("  %-24s %7u CPUs heard %lu ticks or more, %lu of them from a timer of their own\n",
	       "tick=broadcast", cpumask_weight(&start.online), (unsigned long)least,
	       (unsigned long)strangers);
}

void selfcheck_tick(void)
{
	note_start();
	tick_start();
	wait_until(all_ticked, NULL, patience_ns());
	check_ticks();
}

void selfcheck_parked(void)
{
	unsigned int fetched = 0;

	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		if (smp_is_parked(cpu)) {
			const char *why = cpu_restart(cpu);

			fetched += result_check(why == NULL, "cpu %u: %s", cpu, why);
		}
	}
	result_set_cpus(num_online_cpus());
	printk("  %-24s %7u CPUs fetched from their mailboxes, online now: %u\n", "park=", fetched,
	       num_online_cpus());
}
