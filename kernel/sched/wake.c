/* SPDX-License-Identifier: MIT */
/*
 * Sleeping and waking. That no wake-up is lost is proved for the word alone in core/wait_state.c;
 * what is left is the queue.
 *
 * 1. Only who was told so by wait_state_wake() queues a thread that sleeps, and that is one caller
 *    for each sleep.
 * 2. A thread commits to its sleep (wait_state_commit() in core.c) with the lock of its queue
 *    held, and the lock is given back only in the next thread, after the switch. Who wakes it
 *    takes that lock first: so it finds the registers in memory, and no other CPU goes on with a
 *    thread that has not left yet.
 * 3. A thread that is preempted between task_prepare_to_sleep() and task_block() stays on a queue:
 *    leaving for that reason does not commit.
 */
#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/idle.h"
#include "kernel/sched/runqueue.h"
#include "kernel/timer.h"

bool wake_up_process(struct task *task)
{
	unsigned long state;

	if (!wait_state_wake(&task->wait)) {
		return false;
	}
	state = local_irq_save();
	task_place(task, true);
	local_irq_restore(state);
	preempt_check();
	return true;
}

void task_prepare_to_sleep(void)
{
	wait_state_prepare(&current_task()->wait);
}

void task_finish_sleep(void)
{
	wait_state_finish(&current_task()->wait);
}

void task_block(void)
{
	schedule();
}

bool task_block_until(uint64_t deadline_ns)
{
	struct task *self = current_task();

	if (arch_clock_ns() >= deadline_ns) {
		task_finish_sleep();
		return false;
	}
	timer_add(self, deadline_ns);
	task_block();
	timer_remove(self);
	return arch_clock_ns() < deadline_ns;
}

void task_sleep(uint64_t ns)
{
	uint64_t deadline = arch_clock_ns() + ns;

	do {
		task_prepare_to_sleep();
	} while (task_block_until(deadline));
}

/* Interrupts masked. False: others wait for this CPU. */
static bool begin_pause(struct runqueue *rq)
{
	spin_lock(&rq->lock);
	/* Cleared first, looked at the queue after: rule 11. */
	if (test_and_clear_need_resched()) {
		percpu_count(&this_cpu()->schedules);
	}
	rq->asked = false;
	rq->pausing = atomic_load_explicit(&rq->nr, memory_order_relaxed) == 0;
	queue_note_idle(rq);
	spin_unlock(&rq->lock);
	return rq->pausing;
}

static void end_pause(struct runqueue *rq, uint64_t begin)
{
	spin_lock(&rq->lock);
	rq->pausing = false;
	rq->stats.idle_ns += arch_clock_ns() - begin;
	queue_note_idle(rq);
	queue_set_slice(rq, false);
	spin_unlock(&rq->lock);
}

void task_pause(uint64_t ns)
{
	unsigned long state = local_irq_save();
	struct runqueue *rq = this_cpu()->rq;
	uint64_t begin = arch_clock_ns();

	if (rq->current->preempt_count == 0 || !begin_pause(rq)) {
		local_irq_restore(state);
		task_sleep(ns);
		return;
	}
	newidle_balance();
	sleep_unless_asked(ns);
	end_pause(rq, begin);
	local_irq_restore(state);
}
