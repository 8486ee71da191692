/* SPDX-License-Identifier: MIT */
/* A thread that is preempted for long goes on where there is room. */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

static struct {
	atomic_bool over;
	_Atomic uint64_t turns; /* of the thread that is preempted */
	atomic_bool high_runs;
} state;

static long busy(void *counts)
{
	if (counts == NULL) {
		atomic_store_explicit(&state.high_runs, true, memory_order_relaxed);
	}
	while (!atomic_load_explicit(&state.over, memory_order_relaxed)) {
		if (counts != NULL) {
			atomic_fetch_add_explicit(&state.turns, 1, memory_order_relaxed);
		}
		cpu_relax();
	}
	return 0;
}

static bool has_turned(void *arg)
{
	const uint64_t *before = arg;

	return atomic_load_explicit(&state.turns, memory_order_relaxed) > *before;
}

static bool high_runs(void *unused)
{
	(void)unused;
	return atomic_load_explicit(&state.high_runs, memory_order_relaxed);
}

void selfcheck_preempted(void)
{
	struct task *low;
	struct task_info info = {.cpu = 0};
	struct task *high = NULL;
	uint64_t before = 0;
	struct cpumask others;

	/* Not this CPU: it takes work again and again, whenever it looks whether it may go on. */
	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	if (cpumask_weight(&others) < 2) {
		return;
	}
	/* None of them is about to look for work by itself. */
	selfcheck_await_idle();
	low = task_run("low", busy, &state, PRIO_LOW, &others);
	if (low != NULL && wait_until(has_turned, &before, patience_ns()) &&
	    task_describe(low, &info)) {
		struct cpumask there = cpumask_of(info.cpu);

		high = task_run("high", busy, NULL, PRIO_HIGH, &there);
		result_check(wait_until(high_runs, NULL, patience_ns()),
			     "a thread of high priority does not preempt on cpu %u", info.cpu);
		before = atomic_load_explicit(&state.turns, memory_order_relaxed);
		if (result_check(wait_until(has_turned, &before, patience_ns()),
				 "a thread that is preempted on cpu %u waits while others idle",
				 info.cpu)) {
			printk("  %-24s goes on elsewhere\n", "preempted thread");
		}
	}
	atomic_store_explicit(&state.over, true, memory_order_relaxed);
	if (low != NULL) {
		task_join(low, NULL);
	}
	if (high != NULL) {
		task_join(high, NULL);
	}
}
