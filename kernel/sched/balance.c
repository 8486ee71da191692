/* SPDX-License-Identifier: MIT */
/*
 * Threads go where there is room: an idle CPU takes from the others before it sleeps, and a CPU
 * whose threads take turns gives to one that has at least two fewer.
 *
 * It converges, and then it is silent. A move goes from a load of a to one of b with a >= b + 2, or
 * to an idle CPU from one that is busy: the sum of the squares of all loads falls with each. When
 * no two differ by more than one, nothing moves and nobody is rung; without waiting threads nobody
 * even looks.
 *
 * Nobody is left waiting on a busy CPU while another that may run it sleeps. The CPU that goes idle
 * sets its bit in idle_cpus, and then looks at waiting_cpus. Who queues a thread sets the CPU's bit
 * there, and then looks at idle_cpus. All four accesses are sequentially consistent (rule 20):
 *  1. If both bits change, one of the two sees the other's: the idle CPU pulls, or the thread is
 *     pushed to it.
 *  2. If the waiting bit was set already, for another thread: the queuer's look comes after that
 *     store in the one order of all, as it has had the queue's lock since. When it misses the idle
 *     bit, the idle CPU's look comes later still, finds the waiting bit, and takes the lock. It has
 *     it after the queuer, who would otherwise have seen the idle bit, and finds the thread.
 *  3. If the idle bit was set already, it is one of the two cases for the time when it was set; and
 *     the CPU is woken when its queue is no longer empty.
 */
#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/percpu.h"
#include "kernel/sched/runqueue.h"

static unsigned int waiting(const struct runqueue *rq)
{
	/* Relaxed: a hint, or under the lock. */
	return atomic_load_explicit(&rq->nr, memory_order_relaxed);
}

/* The rest with the queue's lock held. */
static bool is_busy(const struct runqueue *rq)
{
	return rq->current != rq->idle && !rq->pausing;
}

static unsigned int load(const struct runqueue *rq)
{
	return waiting(rq) + is_busy(rq);
}

static bool is_worth_it(const struct runqueue *from, const struct runqueue *to)
{
	if (load(to) == 0) {
		return load(from) >= 2;
	}
	return load(from) >= load(to) + 2;
}

/* The first that would run, of those that may run there. */
static struct task *find(const struct runqueue *from, unsigned int cpu)
{
	for (int level = NR_PRIOS - 1; level >= 0; level--) {
		for (struct task *t = from->level[level].first; t != NULL; t = t->next) {
			if (task_allowed_on(t, cpu)) {
				return t;
			}
		}
	}
	return NULL;
}

static bool move_one(struct runqueue *from, struct runqueue *to)
{
	struct task *task = NULL;
	bool lost = false;

	queue_lock_two(from, to);
	if (to->active && is_worth_it(from, to)) {
		task = find(from, to->cpu);
	}
	if (task != NULL) {
		queue_remove(from, task);
		queue_note_idle(from);
		lost = task_arrive(task, to);
	}
	queue_unlock_two(from, to);
	if (lost) {
		task_report_stray(task, to->cpu);
	}
	return task != NULL;
}

/* One thread from the first CPU of the set, from 'from' to below 'end', that gives one. */
static bool take_from(struct runqueue *self, const struct cpumask *cpus, unsigned int from,
		      unsigned int end)
{
	for (unsigned int cpu = cpumask_next_below(from, end, cpus); cpu < end;
	     cpu = cpumask_next_below(cpu + 1, end, cpus)) {
		if (move_one(queue_of(cpu), self)) {
			self->stats.pulled++;
			return true;
		}
	}
	return false;
}

void newidle_balance(void)
{
	unsigned long state = local_irq_save();
	struct runqueue *self = this_cpu()->rq;
	struct cpumask busy;

	copy_cpus(&busy, waiting_cpus);
	/* The next ones first, so that not all idle CPUs turn to the same. */
	if (self->active && !take_from(self, &busy, self->cpu + 1, nr_numbered())) {
		(void)take_from(self, &busy, 0, self->cpu);
	}
	local_irq_restore(state);
}

/* The first of the set that takes one. */
static bool give_to(struct runqueue *rq, const struct cpumask *cpus)
{
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		if (cpu != rq->cpu && move_one(rq, queue_of(cpu))) {
			rq->stats.pushed++;
			return true;
		}
	}
	return false;
}

void balance_push_idle(struct runqueue *rq)
{
	struct cpumask idle;

	do {
		if (waiting(rq) == 0) {
			return;
		}
		copy_cpus(&idle, idle_cpus);
	} while (give_to(rq, &idle));
}

void load_balance(struct runqueue *rq)
{
	struct cpumask less;
	struct cpumask active;
	unsigned int cpu;

	balance_push_idle(rq);
	cpumask_clear(&less);
	copy_cpus(&active, active_cpus);
	for_each_cpu(cpu, &active) {
		if (waiting(queue_of(cpu)) < waiting(rq)) {
			cpumask_set_cpu(cpu, &less);
		}
	}
	(void)give_to(rq, &less);
}
