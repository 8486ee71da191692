/* SPDX-License-Identifier: MIT */
/* As many busy threads as CPUs, all begun on one: each gets its own, and then nobody is rung. */
#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define MOST_BUSY 64U
#define QUIET_NS 200000000ULL
#define QUIET_WITHIN_NS 2000000000ULL

static struct {
	struct task *task[MOST_BUSY];
	unsigned int nr;
	atomic_bool over;
	unsigned int occupied; /* CPUs, when last looked */
} busy;

static long compute(void *unused)
{
	(void)unused;
	while (!atomic_load_explicit(&busy.over, memory_order_relaxed)) {
		cpu_relax();
	}
	return 0;
}

/* One each. On this CPU the thread waits while this one looks. */
static bool all_occupied(void *unused)
{
	struct cpumask cpus = {{0}};

	(void)unused;
	for (unsigned int i = 0; i < busy.nr; i++) {
		struct task_info info;

		if (task_describe(busy.task[i], &info)) {
			cpumask_set_cpu(info.cpu, &cpus);
		}
	}
	busy.occupied = cpumask_weight(&cpus);
	return busy.occupied == busy.nr;
}

static bool never(void *unused)
{
	(void)unused;
	return false;
}

static uint64_t sent_so_far(void)
{
	uint64_t sent = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct ipi_stats stats = {0};

		(void)ipi_stats_read(cpu, IPI_RESCHEDULE, &stats);
		sent += stats.sent;
	}
	return sent;
}

/* Nobody was rung for several time slices. */
static bool is_quiet(void *unused)
{
	uint64_t sent = sent_so_far();

	(void)unused;
	(void)wait_until(never, NULL, QUIET_NS);
	return sent_so_far() == sent;
}

static void begin(const struct cpumask *online, const struct cpumask *where)
{
	unsigned int nr = cpumask_weight(online);

	atomic_store_explicit(&busy.over, false, memory_order_relaxed);
	nr = nr < MOST_BUSY ? nr : MOST_BUSY;
	for (busy.nr = 0; busy.nr < nr; busy.nr++) {
		struct task *task = task_run("busy", compute, NULL, PRIO_NORMAL, where);

		if (!result_check(task != NULL, "no memory for a thread")) {
			break;
		}
		busy.task[busy.nr] = task;
	}
}

static void end(void)
{
	atomic_store_explicit(&busy.over, true, memory_order_relaxed);
	for (unsigned int i = 0; i < busy.nr; i++) {
		task_join(busy.task[i], NULL);
	}
}

void selfcheck_spread(void)
{
	struct cpumask online;
	struct cpumask one;
	uint64_t start;
	uint64_t sent;
	bool quiet;

	cpumask_copy_online(&online);
	one = cpumask_of(cpumask_first(&online));
	begin(&online, &one);
	start = arch_clock_ns();
	/* One is enough to see the others wait for it; they are given to the CPUs with none. */
	for (unsigned int i = 0; i < busy.nr; i++) {
		result_check(task_set_affinity(busy.task[i], &online) == 0, "affinity refused");
	}
	result_check(wait_until(all_occupied, NULL, patience_ns()),
		     "%u busy threads occupy only %u CPUs", busy.nr, busy.occupied);
	printk("  %-32s %u threads on %u CPUs after %lu ms\n", "busy threads spread", busy.nr,
	       busy.occupied, (unsigned long)((arch_clock_ns() - start) / 1000000));
	/* The ring for the last move may still be under way. */
	sent = sent_so_far();
	quiet = wait_until(is_quiet, NULL, QUIET_WITHIN_NS);
	sent = sent_so_far() - sent;
	result_check(quiet && all_occupied(NULL), "balanced, and %lu reschedule IPIs were sent",
		     (unsigned long)sent);
	printk("  %-32s %s\n", "balanced", quiet ? "and no more reschedule IPIs" : "IPIS GO ON");
	end();
}
