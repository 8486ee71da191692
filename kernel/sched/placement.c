/* SPDX-License-Identifier: MIT */
/* On which CPU a thread goes on. */
#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/console.h"
#include "kernel/percpu.h"
#include "kernel/sched/runqueue.h"

/* The CPUs of its affinity that take threads; all that do when there are none. */
static void possible_cpus(const struct task *task, struct cpumask *mask)
{
	struct cpumask active;

	copy_cpus(&active, active_cpus);
	cpumask_and(mask, &active, &task->affinity);
	if (cpumask_empty(mask)) {
		*mask = active;
	}
}

bool task_allowed_on(const struct task *task, unsigned int cpu)
{
	struct cpumask mask;

	possible_cpus(task, &mask);
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
static unsigned int choose(const struct task *task)
{
	unsigned int last = atomic_load_explicit(&task->cpu, memory_order_relaxed);
	struct cpumask possible;
	struct cpumask idle;

	possible_cpus(task, &possible);
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

bool task_arrive(struct task *task, struct runqueue *to)
{
	bool was_stray = task->stray;

	if (atomic_load_explicit(&task->cpu, memory_order_relaxed) != to->cpu) {
		atomic_store_explicit(&task->cpu, to->cpu, memory_order_relaxed);
		task->moves++;
	}
	task->stray = !cpumask_test_cpu(to->cpu, &task->affinity);
	queue_accept(to, task);
	return task->stray && !was_stray;
}

void task_report_stray(const struct task *task, unsigned int cpu)
{
	printk("sched: thread %u (%s): none of its CPUs is there, it runs on cpu %u\n", task->id,
	       task->name, cpu);
}

/* One attempt. False: what it was based on has changed. */
static bool try_place(struct task *task, bool woken, struct runqueue **at)
{
	struct runqueue *from = task_queue_lock(task);
	struct runqueue *to = queue_of(choose(task));
	bool lost = false;
	bool good;

	if (to != from) {
		/* In between only this CPU can put the thread anywhere. */
		spin_unlock(&from->lock);
		queue_lock_two(from, to);
	}
	good = to->active && task_allowed_on(task, to->cpu);
	if (good) {
		task->wakeups += woken;
		to->stats.wakeups += woken;
		lost = task_arrive(task, to);
	}
	queue_unlock_two(from, to);
	if (lost) {
		task_report_stray(task, to->cpu);
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
