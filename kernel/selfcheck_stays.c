/* SPDX-License-Identifier: MIT */
/*
 * A CPU that cannot leave when it is asked to: who asked is told, and that is the end of it. It
 * takes threads as before, and does not leave later, when nobody expects it.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/params.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define SETTLE_NS 50000000ULL

/* Relaxed: the console and the thread only wait for each other. */
static atomic_bool holds;
static atomic_bool over;

/* Keeps its CPU: it never comes to its idle loop, where it would leave. */
static long hold(void *unused)
{
	(void)unused;
	preempt_disable();
	atomic_store_explicit(&holds, true, memory_order_relaxed);
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		cpu_relax();
	}
	preempt_enable();
	return 0;
}

static bool is_held(void *unused)
{
	(void)unused;
	return atomic_load_explicit(&holds, memory_order_relaxed);
}

static bool has_gone(void *cpu)
{
	return !cpu_online(*(const unsigned int *)cpu);
}

static const char *ask_in_vain(unsigned int cpu)
{
	unsigned int patience = params.patience;
	const char *why;

	params.patience = 1;
	why = cpu_down(cpu);
	params.patience = patience;
	return why;
}

static void check_stays(unsigned int cpu)
{
	struct sched_stats stats = {0};
	const char *why = ask_in_vain(cpu);

	result_check(why != NULL, "cpu %u went down under a thread that keeps it", cpu);
	atomic_store_explicit(&over, true, memory_order_relaxed);
	if (result_check(!wait_until(has_gone, &cpu, SETTLE_NS),
			 "cpu %u left after it was said that it \"%s\"", cpu, why) &&
	    result_check(sched_stats_read(cpu, &stats) && stats.active,
			 "cpu %u takes no threads any more", cpu)) {
		printk("  %-24s %s, and stays\n", "CPU that is kept", why);
	}
}

void selfcheck_stays(void)
{
	struct cpumask online;
	struct cpumask there;
	struct task *task;
	unsigned int cpu;

	cpumask_copy_online(&online);
	cpu = cpumask_next(cpumask_first(&online), &online);
	if (cpu >= CROSSCALL_NR_CPUS) {
		return;
	}
	there = cpumask_of(cpu);
	task = task_run("keeper", hold, NULL, PRIO_NORMAL, &there);
	if (!result_check(task != NULL, "no memory for a thread")) {
		return;
	}
	if (result_check(wait_until(is_held, NULL, patience_ns()), "cpu %u does not run a thread",
			 cpu)) {
		check_stays(cpu);
	}
	atomic_store_explicit(&over, true, memory_order_relaxed);
	task_join(task, NULL);
}
