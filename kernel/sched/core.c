/* SPDX-License-Identifier: MIT */
/*
 * Who runs next on this CPU.
 *
 * The lock of the run queue is taken by the thread that leaves and given back by the one that
 * comes (schedule_tail()). So whoever holds it, and finds that a thread is not TASK_CURRENT, knows
 * that its registers are in memory; that is all that moving it to another CPU needs.
 */
#include <stdio.h>

#include <crosscall/irq_context.h>
#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/panic.h"
#include "kernel/sched/runqueue.h"
#include "kernel/timer.h"
#include "kernel/vm.h"

/* Why a thread leaves. */
enum leave {
	LEAVE_BLOCKED,	 /* it called: sleeps if it has announced that */
	LEAVE_YIELDED,	 /* it called, and lets others run first */
	LEAVE_PREEMPTED, /* it did not call */
	LEAVE_ENDED,
};

struct task *current_task(void)
{
	unsigned long state = local_irq_save();
	struct task *self = this_cpu()->rq->current;

	local_irq_restore(state);
	return self;
}

/* Where the thread that leaves goes: a queue, or nowhere. Locked. */
static void put_away(struct runqueue *rq, struct task *prev, enum leave why)
{
	if (prev == rq->idle) {
		prev->place = TASK_OFF;
		return;
	}
	prev->ended = why == LEAVE_ENDED;
	prev->slice_left = 0;
	if (prev->ended || (why == LEAVE_BLOCKED && wait_state_commit(&prev->wait))) {
		prev->place = TASK_OFF;
	} else if (!rq->active || !task_allowed_on(prev, rq->cpu)) {
		prev->place = TASK_MOVING; /* schedule_tail() does it */
	} else if (why == LEAVE_PREEMPTED && !rq->turn_over) {
		prev->slice_left = queue_slice_left(rq); /* it goes on with its turn */
		queue_add(rq, prev, true);
	} else {
		queue_add(rq, prev, false);
	}
}

static void account(struct runqueue *rq, struct task *prev)
{
	uint64_t now = arch_clock_ns();

	prev->run_ns += now - rq->since;
	if (prev == rq->idle) {
		rq->stats.idle_ns += now - rq->since;
	}
	rq->since = now;
}

/* Interrupts masked, the lock held; it is still held in the thread that comes. */
static struct task *change(struct runqueue *rq, struct task *prev, struct task *next)
{
	struct percpu *cpu = this_cpu();
	unsigned long nmi;

	account(rq, prev);
	rq->current = next;
	rq->stats.switches++;
	next->switches++;
	prev->kernel_sp = cpu->kernel_sp;
	cpu->kernel_sp = next->kernel_sp;
	if (prev->space != next->space) {
		vm_switch(next->space);
	}
	nmi = local_nmi_save(); /* a trap compares sp with the bounds of the stack */
	stack_use(cpu, next->stack);
	prev = arch_switch(prev, next);
	local_nmi_restore(nmi);
	return prev;
}

static void switch_thread(enum leave why)
{
	struct runqueue *rq = this_cpu()->rq;
	struct task *prev = rq->current;
	struct task *next;

	spin_lock(&rq->lock);
	/* Cleared first, looked at the queue after: rule 11. */
	if (test_and_clear_need_resched()) {
		percpu_count(&this_cpu()->schedules);
	}
	rq->asked = false;
	put_away(rq, prev, why);
	next = queue_take(rq);
	next->place = TASK_CURRENT;
	if (next == prev) {
		queue_note_idle(rq);
		queue_set_slice(rq, rq->turn_over);
		spin_unlock(&rq->lock);
		return;
	}
	rq->stats.preemptions += why == LEAVE_PREEMPTED;
	schedule_tail(change(rq, prev, next));
}

void schedule_tail(struct task *prev)
{
	struct runqueue *rq = this_cpu()->rq; /* perhaps another one than before the switch */
	bool moving = prev->place == TASK_MOVING;
	bool ended = prev->ended;
	bool waits = prev->place == TASK_QUEUED;

	queue_note_idle(rq);
	queue_set_slice(rq, true);
	spin_unlock(&rq->lock);
	if (ended) {
		task_bury(prev);
	} else if (moving) {
		task_place(prev, false);
	} else if (waits) {
		balance_push_idle(rq); /* there may be room elsewhere */
	}
}

static _Noreturn void may_not_sleep(const struct task *self)
{
	char line[96];

	snprintf(line, sizeof(line), "thread %u (%s) sleeps where it must not: %s", self->id,
		 self->name,
		 in_interrupt() ? "in an interrupt" : "it may not be preempted, or holds a lock");
	panic(line);
}

/* Interrupts masked. */
static bool may_sleep(const struct task *self)
{
	return self->preempt_count == self->cooperative && this_cpu()->nr_held == 0 &&
	       !in_interrupt();
}

static void leave(enum leave why)
{
	unsigned long state = local_irq_save();
	struct task *self = this_cpu()->rq->current;

	if (!may_sleep(self)) {
		may_not_sleep(self);
	}
	switch_thread(why);
	local_irq_restore(state);
	preempt_check(); /* for whom the switch itself woke: nothing else says so again */
}

void schedule(void)
{
	leave(LEAVE_BLOCKED);
}

void task_yield(void)
{
	leave(LEAVE_YIELDED);
}

bool task_may_sleep(void)
{
	unsigned long state = local_irq_save();
	const struct runqueue *rq = this_cpu()->rq;
	bool may = rq->current != rq->idle && may_sleep(rq->current);

	local_irq_restore(state);
	return may;
}

void schedule_last(void)
{
	(void)local_irq_save();
	switch_thread(LEAVE_ENDED);
	panic("a thread that has ended runs");
}

/* ---- preemption ---- */

void preempt_disable(void)
{
	current_task()->preempt_count++;
	atomic_signal_fence(memory_order_seq_cst); /* what follows comes after it */
}

void preempt_enable(void)
{
	atomic_signal_fence(memory_order_seq_cst);
	current_task()->preempt_count--;
	preempt_check();
}

/* Interrupts masked. While somebody comes first: he may have come during the last switch. */
static void preempt(void)
{
	for (;;) {
		struct runqueue *rq = this_cpu()->rq;

		if (rq->current->preempt_count != 0 || in_interrupt() || this_cpu()->nr_held != 0 ||
		    !(need_resched() || rq->asked)) {
			return;
		}
		switch_thread(LEAVE_PREEMPTED);
	}
}

void preempt_check(void)
{
	unsigned long state = local_irq_save();

	if (state != 0) {
		preempt();
	}
	local_irq_restore(state);
}

void sched_interrupt_exit(void)
{
	preempt();
}

void sched_ipi(void)
{
	this_cpu()->rq->asked = true;
}
