/* SPDX-License-Identifier: MIT */
/* On which CPU a thread goes on. */
#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/console.h"
#include "kernel/percpu.h"
#include "kernel/sched/runqueue.h"

/* A bit is written with the lock of its CPU's queue held. */
_Atomic unsigned long idle_cpus[CPUMASK_WORDS];
_Atomic unsigned long active_cpus[CPUMASK_WORDS];

void copy_cpus(struct cpumask *to, const _Atomic unsigned long *from)
{
	for (unsigned int i = 0; i < CPUMASK_WORDS; i++) {
		/* seq_cst: balance.c, "nobody is left waiting" */
		to->bits[i] = atomic_load(&from[i]);
	}
}

void set_cpu_bit(_Atomic unsigned long *words, unsigned int cpu, bool on)
{
	unsigned long bit = 1UL << cpu % CPUMASK_WORD_BITS;
	_Atomic unsigned long *word = &words[cpu / CPUMASK_WORD_BITS];

	/* Relaxed look: the bit has one writer at a time. */
	if (((atomic_load_explicit(word, memory_order_relaxed) & bit) != 0) == on) {
		return;
	}
	/* seq_cst: balance.c, "nobody is left waiting" */
	if (on) {
		atomic_fetch_or(word, bit);
	} else {
		atomic_fetch_and(word, ~bit);
	}
}

/* The CPUs of its affinity that take threads; all that do when there are none. False: stray. */
static bool possible_cpus(const struct task *task, struct cpumask *mask)
{
	struct cpumask active;

	copy_cpus(&active, active_cpus);
	cpumask_and(mask, &active, &task->affinity);
	if (!cpumask_empty(mask)) {
		return true;
	}
	*mask = active;
	return false;
}

bool task_allowed_on(const struct task *task, unsigned int cpu)
{
	struct cpumask mask;

	(void)possible_cpus(task, &mask);
	return cpumask_test_cpu(cpu, &mask);
}

/* The one with the fewest waiting, without locks. */
static unsigned int shortest(const struct cpumask *mask)
{
	unsigned int best = cpumask_first(mask);
	unsigned int least = ~0U;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		/* Relaxed: a hint. */
		unsigned int nr = atomic_load_explicit(&queue_of(cpu)->nr, memory_order_relaxed);

		if (nr < least) {
			least = nr;
			best = cpu;
		}
	}
	return best;
}

/*
 * The last CPU if it is idle, what it knows is in its cache; else an idle one; else the last. The
 * lock of the thread's queue held.
 */
static unsigned int choose(struct task *task, bool *home)
{
	unsigned int last = atomic_load_explicit(&task->cpu, memory_order_relaxed);
	struct cpumask possible;
	struct cpumask idle;

	*home = possible_cpus(task, &possible);
	copy_cpus(&idle, idle_cpus);
	cpumask_and(&idle, &idle, &possible);
	if (cpumask_test_cpu(last, &idle)) {
		return last;
	}
	if (!cpumask_empty(&idle)) {
		return cpumask_first(&idle);
	}
	return cpumask_test_cpu(last, &possible) ? last : shortest(&possible);
}

/* Both queues' locks held. False: the CPU takes no threads any more, or may not have this one. */
static bool arrive(struct task *task, struct runqueue *from, struct runqueue *to, bool woken)
{
	if (!to->active || !task_allowed_on(task, to->cpu)) {
		return false;
	}
	if (from != to) {
		atomic_store_explicit(&task->cpu, to->cpu, memory_order_relaxed);
		task->moves++;
	}
	if (woken) {
		task->wakeups++;
		to->stats.wakeups++;
	}
	queue_accept(to, task);
	return true;
}

/* True when that is new. */
static bool note_stray(struct task *task, bool home)
{
	bool was = task->stray;

	task->stray = !home;
	return !home && !was;
}

/* One attempt. False: what it was based on has changed. */
static bool try_place(struct task *task, bool woken, struct runqueue **at)
{
	struct runqueue *from = task_queue_lock(task);
	bool home;
	unsigned int cpu = choose(task, &home);
	struct runqueue *to = queue_of(cpu);
	bool lost = false;
	bool good;

	if (to != from) {
		/* In between only this CPU can touch the thread: it is TASK_MOVING. */
		spin_unlock(&from->lock);
		queue_lock_two(from, to);
	}
	good = arrive(task, from, to, woken);
	if (good) {
		lost = note_stray(task, home);
	}
	queue_unlock_two(from, to);
	if (lost) {
		printk("sched: thread %u (%s): none of its CPUs is there, it runs on cpu %u\n",
		       task->id, task->name, cpu);
	}
	*at = to;
	return good;
}

void task_place(struct task *task, bool woken)
{
	struct runqueue *at;

	while (!try_place(task, woken, &at)) {
		cpu_relax();
	}
	balance_push_idle(at);
}
