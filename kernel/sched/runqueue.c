/* SPDX-License-Identifier: MIT */
/* The queues themselves, and whether their CPU has to be rung. Locks are held by the caller. */
#include "kernel/sched/runqueue.h"

#include <stddef.h>

#include <crosscall/resched.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/timer.h"

/* Many virtual CPUs on few real ones must not spend all their time switching. */
#define SLICE_NS 10000000ULL
#define SLICE_PER_CPU_NS 500000ULL

struct runqueue *queue_of(unsigned int cpu)
{
	struct percpu *data = cpu_data(cpu);

	return data == NULL ? NULL : data->rq;
}

void queue_init(struct runqueue *rq, unsigned int cpu)
{
	*rq = (struct runqueue){.cpu = cpu};
	spin_lock_init(&rq->lock, "a run queue", RANK_RUNQUEUE + cpu);
	spin_lock_init(&rq->timer_lock, "a list of timers", RANK_TIMERS + cpu);
}

/* Relaxed: it is written under the lock, and without it no more than a hint. */
static void set_nr(struct runqueue *rq, unsigned int nr)
{
	atomic_store_explicit(&rq->nr, nr, memory_order_relaxed);
	set_cpu_bit(waiting_cpus, rq->cpu, nr != 0);
}

static unsigned int get_nr(const struct runqueue *rq)
{
	return atomic_load_explicit(&rq->nr, memory_order_relaxed);
}

void queue_add(struct runqueue *rq, struct task *task, bool first)
{
	struct task_list *list = &rq->level[task->prio];
	struct task *after = first ? list->first : NULL;
	struct task *before = first ? NULL : list->last;

	task->place = TASK_QUEUED;
	task->next = after;
	task->prev = before;
	if (after != NULL) {
		after->prev = task;
	} else {
		list->last = task;
	}
	if (before != NULL) {
		before->next = task;
	} else {
		list->first = task;
	}
	rq->levels |= 1U << task->prio;
	set_nr(rq, get_nr(rq) + 1);
}

void queue_remove(struct runqueue *rq, struct task *task)
{
	struct task_list *list = &rq->level[task->prio];

	if (task->prev != NULL) {
		task->prev->next = task->next;
	} else {
		list->first = task->next;
	}
	if (task->next != NULL) {
		task->next->prev = task->prev;
	} else {
		list->last = task->prev;
	}
	task->next = NULL;
	task->prev = NULL;
	task->place = TASK_OFF;
	if (list->first == NULL) {
		rq->levels &= ~(1U << task->prio);
	}
	set_nr(rq, get_nr(rq) - 1);
}

/* The highest level that somebody waits in; -1: nobody waits. */
static int highest(const struct runqueue *rq)
{
	return rq->levels == 0 ? -1 : 31 - __builtin_clz(rq->levels);
}

struct task *queue_take(struct runqueue *rq)
{
	int level = rq->active ? highest(rq) : -1;
	struct task *task;

	if (level < 0) {
		return rq->idle;
	}
	task = rq->level[level].first;
	queue_remove(rq, task);
	return task;
}

static bool is_idle(const struct runqueue *rq)
{
	return rq->current == rq->idle || rq->pausing;
}

void queue_note_idle(struct runqueue *rq)
{
	set_cpu_bit(idle_cpus, rq->cpu, rq->active && is_idle(rq) && get_nr(rq) == 0);
}

bool queue_is_preempted_by(const struct runqueue *rq, const struct task *task)
{
	return is_idle(rq) || task->prio > rq->current->prio;
}

static uint64_t whole_slice(void)
{
	return SLICE_NS + SLICE_PER_CPU_NS * nr_numbered();
}

uint64_t queue_slice_left(const struct runqueue *rq)
{
	uint64_t now = arch_clock_ns();

	if (rq->slice_end == 0) {
		return 0;
	}
	return now < rq->slice_end ? rq->slice_end - now : 1;
}

void queue_set_slice(struct runqueue *rq, bool anew)
{
	bool shared = !is_idle(rq) && (rq->levels >> rq->current->prio & 1) != 0;
	uint64_t left = rq->current->slice_left;

	if (!shared) {
		rq->slice_end = 0;
	} else if (anew || rq->slice_end == 0) {
		rq->slice_end = arch_clock_ns() + (left != 0 ? left : whole_slice());
	}
	rq->current->slice_left = 0;
	if (anew || !shared) {
		rq->turn_over = false;
	}
	timer_update();
}

/*
 * Under the lock, so the CPU cannot have looked already: a ring is never needless. A failed one is
 * remembered by the library, and the next makes up for it.
 */
static void ask(struct runqueue *rq)
{
	rq->stats.rings++;
	(void)resched_cpu(rq->cpu);
}

void queue_accept(struct runqueue *rq, struct task *task)
{
	queue_add(rq, task, false);
	queue_note_idle(rq);
	if (queue_is_preempted_by(rq, task)) {
		ask(rq);
	} else if (task->prio == rq->current->prio && rq->slice_end == 0) {
		/* Its CPU alone can begin a slice. */
		if (rq->cpu == this_cpu()->cpu) {
			queue_set_slice(rq, true);
		} else {
			ask(rq);
		}
	}
}

struct runqueue *task_queue_lock(struct task *task)
{
	for (;;) {
		/* Relaxed: looked at again under the lock, which orders. */
		unsigned int cpu = atomic_load_explicit(&task->cpu, memory_order_relaxed);
		struct runqueue *rq = queue_of(cpu);

		spin_lock(&rq->lock);
		if (atomic_load_explicit(&task->cpu, memory_order_relaxed) == cpu) {
			return rq;
		}
		spin_unlock(&rq->lock);
	}
}

void queue_lock_two(struct runqueue *a, struct runqueue *b)
{
	spin_lock(a->cpu < b->cpu ? &a->lock : &b->lock);
	if (a != b) {
		spin_lock(a->cpu < b->cpu ? &b->lock : &a->lock);
	}
}

void queue_unlock_two(struct runqueue *a, struct runqueue *b)
{
	spin_unlock(&a->lock);
	if (a != b) {
		spin_unlock(&b->lock);
	}
}
