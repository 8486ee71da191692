/* SPDX-License-Identifier: MIT */
/*
 * Sleeps that end by themselves, and the tick. Each CPU keeps those that went to sleep on it, and
 * its timer is programmed for the first one, or for the end of a time slice that somebody waits
 * for; without either it is not.
 */
#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/sched/runqueue.h"
#include "kernel/timer.h"

/* Relaxed: it is written under the lock; its own CPU reads it to program its timer. */
static void note_first(struct runqueue *rq)
{
	atomic_store_explicit(&rq->next_timer, rq->timers == NULL ? 0 : rq->timers->deadline,
			      memory_order_relaxed);
}

static void insert(struct runqueue *rq, struct task *task)
{
	struct task **at = &rq->timers;

	while (*at != NULL && (*at)->deadline <= task->deadline) {
		at = &(*at)->timer_next;
	}
	task->timer_next = *at;
	*at = task;
	task->timer_on = true;
}

void timer_add(struct task *task, uint64_t deadline_ns)
{
	unsigned long state = local_irq_save();
	struct runqueue *rq = this_cpu()->rq;

	task->deadline = deadline_ns == 0 ? 1 : deadline_ns;
	task->timer_cpu = rq->cpu;
	spin_lock(&rq->timer_lock);
	insert(rq, task);
	note_first(rq);
	spin_unlock(&rq->timer_lock);
	timer_update();
	local_irq_restore(state);
}

/* timer_cpu is the thread's own: it is the one that calls this. */
void timer_remove(struct task *task)
{
	unsigned long state = local_irq_save();
	struct runqueue *rq = queue_of(task->timer_cpu);

	spin_lock(&rq->timer_lock);
	if (task->timer_on) {
		struct task **at = &rq->timers;

		while (*at != task) {
			at = &(*at)->timer_next;
		}
		*at = task->timer_next;
		task->timer_on = false;
		note_first(rq);
	}
	spin_unlock(&rq->timer_lock);
	local_irq_restore(state);
}

/* The first one if it is due by 'now', taken off the list. */
static struct task *take_due(struct runqueue *rq, uint64_t now)
{
	struct task *task;

	spin_lock(&rq->timer_lock);
	task = rq->timers;
	if (task != NULL && task->deadline <= now) {
		rq->timers = task->timer_next;
		task->timer_on = false;
		note_first(rq);
	} else {
		task = NULL;
	}
	spin_unlock(&rq->timer_lock);
	return task;
}

/* One at a time: a thread that is off the list may be awake already, and back on it. */
void timers_run(struct runqueue *rq, uint64_t now)
{
	struct task *task;

	while ((task = take_due(rq, now)) != NULL) {
		(void)wake_up_process(task);
	}
}

/* Whom that wakes too early goes to sleep again, on the CPU where it then is. */
void timers_flush(struct runqueue *rq)
{
	timers_run(rq, UINT64_MAX);
}

uint64_t sched_next_event(void)
{
	const struct runqueue *rq = this_cpu()->rq;
	uint64_t timer = atomic_load_explicit(&rq->next_timer, memory_order_relaxed);
	uint64_t slice = rq->slice_end;

	if (timer == 0 || slice == 0) {
		return timer + slice;
	}
	return timer < slice ? timer : slice;
}

/* A thread that may not be preempted just now has its next turn at once. */
static void end_turn(struct runqueue *rq)
{
	spin_lock(&rq->lock);
	queue_set_slice(rq, true);
	rq->turn_over = rq->slice_end != 0;
	if (rq->turn_over) {
		(void)resched_cpu(rq->cpu); /* sets this CPU's flag and rings nobody */
	}
	spin_unlock(&rq->lock);
}

void sched_tick(void)
{
	struct runqueue *rq = this_cpu()->rq;
	uint64_t now = arch_clock_ns();

	if (rq == NULL || rq->idle == NULL) {
		return;
	}
	rq->stats.ticks++;
	timers_run(rq, now);
	if (rq->slice_end != 0 && now >= rq->slice_end) {
		end_turn(rq);
		load_balance(rq);
	}
}
