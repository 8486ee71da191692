/* SPDX-License-Identifier: MIT */
/* Where a thread may run, and how important it is, changed while it runs. */
#include <stdio.h>
#include <string.h>

#include <crosscall/errno.h>
#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/percpu.h"
#include "kernel/sched/runqueue.h"

/*
 * The thread is where it may not be any more. True: it was queued, and the caller places it. A
 * running one moves when its CPU next calls the scheduler: core.c.
 */
static bool send_away(struct runqueue *rq, struct task *task)
{
	if (task->place == TASK_QUEUED) {
		queue_remove(rq, task);
		queue_note_idle(rq);
		task->place = TASK_MOVING;
		return true;
	}
	if (task->place == TASK_CURRENT) {
		rq->stats.rings++;
		(void)resched_cpu(rq->cpu);
	}
	return false;
}

/* 'affinity' may be null: looks again whether the thread is where it should be. */
static void change_affinity(struct task *task, const struct cpumask *affinity)
{
	unsigned long state = local_irq_save();
	struct runqueue *rq = task_queue_lock(task);
	bool place = false;

	if (affinity != NULL) {
		task->affinity = *affinity;
	}
	if (task != rq->idle && (!rq->active || !task_allowed_on(task, rq->cpu))) {
		place = send_away(rq, task);
	}
	spin_unlock(&rq->lock);
	if (place) {
		task_place(task, false);
	} else {
		balance_push_idle(rq); /* perhaps it may go to one of them now */
	}
	local_irq_restore(state);
	preempt_check();
}

int task_set_affinity(struct task *task, const struct cpumask *affinity)
{
	if (cpumask_first(affinity) >= nr_numbered()) {
		return -EINVAL;
	}
	change_affinity(task, affinity);
	return 0;
}

void task_check_affinity(struct task *task)
{
	change_affinity(task, NULL);
}

/* Locked. Who waits may come first now, or who runs no longer. */
static void reorder(struct runqueue *rq, struct task *task, unsigned int prio)
{
	bool ring = false;

	if (task->place == TASK_QUEUED) {
		queue_remove(rq, task);
		task->prio = prio;
		queue_accept(rq, task);
		return;
	}
	if (task->place == TASK_CURRENT) {
		ring = prio < task->prio && rq->levels >> (prio + 1) != 0;
		ring = ring || (rq->levels >> prio & 1) != 0;
	}
	task->prio = prio;
	if (ring) {
		rq->stats.rings++;
		(void)resched_cpu(rq->cpu);
	}
}

int task_set_priority(struct task *task, unsigned int prio)
{
	unsigned long state;
	struct runqueue *rq;

	if (prio >= NR_PRIOS) {
		return -EINVAL;
	}
	state = local_irq_save();
	rq = task_queue_lock(task);
	if (task != rq->idle) {
		reorder(rq, task, prio);
	}
	spin_unlock(&rq->lock);
	local_irq_restore(state);
	preempt_check();
	return 0;
}

static void describe_locked(const struct runqueue *rq, const struct task *task,
			    struct task_info *info)
{
	*info = (struct task_info){
		.id = task->id,
		.place = task->place,
		.idle = task == rq->idle,
		.off = task == rq->idle && !rq->active,
		.stray = task->stray,
		.cpu = rq->cpu,
		.prio = task->prio,
		.affinity = task->affinity,
		.run_ns = task->run_ns,
		.switches = task->switches,
		.wakeups = task->wakeups,
		.moves = task->moves,
	};
	if (task->place == TASK_CURRENT && !info->off) {
		info->run_ns += arch_clock_ns() - rq->since;
	}
	memcpy(info->name, task->name, sizeof(info->name));
}

bool task_describe(struct task *task, struct task_info *info)
{
	unsigned long state;
	struct runqueue *rq;

	/* Acquire, paired with the release in task_create(). */
	if (!atomic_load_explicit(&task->alive, memory_order_acquire)) {
		return false;
	}
	state = local_irq_save();
	rq = task_queue_lock(task);
	describe_locked(rq, task, info);
	spin_unlock(&rq->lock);
	local_irq_restore(state);
	return true;
}

bool sched_stats_read(unsigned int cpu, struct sched_stats *stats)
{
	struct runqueue *rq = queue_of(cpu);
	unsigned long state;

	if (rq == NULL) {
		return false;
	}
	state = spin_lock_irqsave(&rq->lock);
	*stats = rq->stats;
	if (rq->active && rq->current == rq->idle) {
		stats->idle_ns += arch_clock_ns() - rq->since;
	}
	stats->queued = atomic_load_explicit(&rq->nr, memory_order_relaxed);
	stats->active = rq->active;
	stats->idle = rq->current == rq->idle || rq->pausing;
	memcpy(stats->current, rq->current->name, sizeof(stats->current));
	spin_unlock_irqrestore(&rq->lock, state);
	return true;
}

const char *sched_current_name(unsigned int cpu)
{
	const struct runqueue *rq = queue_of(cpu);

	return rq != NULL && rq->current != NULL ? rq->current->name : "(none)";
}
