/* SPDX-License-Identifier: MIT */
/*
 * Two busy threads of the same priority have one CPU between them, and a third, which comes first,
 * interrupts them again and again: they take turns all the same.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define PLAYERS 2U
#define NAP_NS 500000ULL
#define MOST_NAPS 1000U /* together many time slices, each nap much less than one */
#define TURNS_WANTED 6U /* in all */

static struct {
	atomic_bool over;
	_Atomic unsigned int turn;  /* whose it is: 1 and up */
	_Atomic unsigned int turns; /* how often that changed */
} state;

static long play(void *number)
{
	unsigned int me = (unsigned int)(uintptr_t)number;

	while (!atomic_load_explicit(&state.over, memory_order_relaxed)) {
		if (atomic_exchange_explicit(&state.turn, me, memory_order_relaxed) != me) {
			atomic_fetch_add_explicit(&state.turns, 1, memory_order_relaxed);
		}
		cpu_relax();
	}
	return 0;
}

static unsigned int turns_taken(void)
{
	return atomic_load_explicit(&state.turns, memory_order_relaxed);
}

static long interrupt(void *unused)
{
	long naps = 0;

	(void)unused;
	while (naps < MOST_NAPS && turns_taken() < TURNS_WANTED) {
		task_sleep(NAP_NS);
		naps++;
	}
	return naps;
}

void selfcheck_turns(void)
{
	struct task *players[PLAYERS];
	struct task *high;
	struct cpumask online;
	struct cpumask there;
	long naps = 0;

	/* Not this CPU, where there is another: here this thread comes first now and then. */
	cpumask_copy_online(&online);
	there = cpumask_of(cpumask_next(this_cpu()->cpu, &online));
	if (cpumask_empty(&there)) {
		there = cpumask_of(this_cpu()->cpu);
	}
	atomic_store_explicit(&state.over, false, memory_order_relaxed);
	atomic_store_explicit(&state.turns, 0, memory_order_relaxed);
	high = task_run("interrupts", interrupt, NULL, PRIO_HIGH, &there);
	for (unsigned int i = 0; i < PLAYERS; i++) {
		players[i] =
			task_run("player", play, (void *)(uintptr_t)(i + 1), PRIO_NORMAL, &there);
	}
	if (!result_check(high != NULL && players[0] != NULL && players[1] != NULL,
			  "no memory for a thread")) {
		give_up("the scheduler does not get that far");
	}
	task_join(high, &naps);
	atomic_store_explicit(&state.over, true, memory_order_relaxed);
	for (unsigned int i = 0; i < PLAYERS; i++) {
		task_join(players[i], NULL);
	}
	result_check(turns_taken() >= TURNS_WANTED,
		     "two threads had %u turns while a third interrupted them %ld times",
		     turns_taken(), naps);
	printk("  %-24s %7u, interrupted %ld times by a higher priority\n", "turns of two threads",
	       turns_taken(), naps);
}
