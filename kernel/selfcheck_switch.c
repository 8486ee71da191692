/* SPDX-License-Identifier: MIT */
/*
 * A thread that is woken in the middle of a switch, by the one that comes: it comes first, and has
 * nobody to say so once more. All on one CPU: J (high) joins E; E ends when A has yielded; then A,
 * on its way out of that, wakes J, and must not go on before it.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

static struct task *ends;

/* Relaxed: the three share a CPU, and the console only waits for them. */
static atomic_bool ends_runs;
static atomic_bool yields;
static atomic_bool joined;
static atomic_bool waited_for;

static bool is_set(void *flag)
{
	return atomic_load_explicit((atomic_bool *)flag, memory_order_relaxed);
}

static void set(atomic_bool *flag)
{
	atomic_store_explicit(flag, true, memory_order_relaxed);
}

static long end(void *unused)
{
	(void)unused;
	set(&ends_runs);
	while (!is_set(&yields)) {
		task_yield();
	}
	return 0;
}

static long join(void *unused)
{
	(void)unused;
	task_join(ends, NULL);
	set(&joined);
	return 0;
}

/* Computes, and does not let anybody run of its own accord. */
static long go_on(void *unused)
{
	uint64_t start;

	(void)unused;
	set(&yields);
	task_yield();
	start = arch_clock_ns();
	while (!is_set(&joined) && arch_clock_ns() - start < patience_ns()) {
		cpu_relax();
	}
	if (is_set(&joined)) {
		set(&waited_for);
	}
	return 0;
}

static void play(const struct cpumask *there)
{
	struct task *joins = NULL;
	struct task *goes_on = NULL;

	ends = task_run("ends", end, NULL, PRIO_NORMAL, there);
	if (ends != NULL && wait_until(is_set, &ends_runs, patience_ns())) {
		joins = task_run("joins", join, NULL, PRIO_HIGH, there);
		goes_on = task_run("goes on", go_on, NULL, PRIO_NORMAL, there);
	}
	if (goes_on != NULL) {
		task_join(goes_on, NULL);
	}
	set(&yields); /* also where nobody did */
	if (joins != NULL) {
		task_join(joins, NULL);
	} else if (ends != NULL) {
		task_join(ends, NULL);
	}
}

void selfcheck_switch(void)
{
	struct cpumask others;
	struct cpumask there;

	/* The console, which keeps this CPU, would come before all of them. */
	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	if (cpumask_empty(&others)) {
		return;
	}
	there = cpumask_of(cpumask_first(&others));
	play(&there);
	if (result_check(is_set(&waited_for), "a thread that is woken during a switch waits")) {
		printk("  %-24s comes first\n", "woken during a switch");
	}
}
