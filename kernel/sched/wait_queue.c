/* SPDX-License-Identifier: MIT */
/*
 * No wake-up is lost: a thread is in the list and has announced its sleep before it looks at its
 * condition, and who wakes has stored before he looks into the list. Both look with the list's lock
 * held: if he comes first, the thread sees what he stored; if not, he finds it there. He takes it
 * off the list and wakes it, so its sleep fails or ends, and it looks again.
 */
#include "kernel/sched/wait_queue.h"

#include <stddef.h>

#include <crosscall/errno.h>

#include "kernel/sched/sched.h"

void wait_queue_init(struct wait_queue *queue, const char *name)
{
	*queue = (struct wait_queue)WAIT_QUEUE_INIT(name);
}

/* Into the list, if it is not there: at the back first, at the front after it was woken. */
static void enter(struct wait_list *list, struct waiter *self, bool again)
{
	unsigned long state = spin_lock_irqsave(&list->lock);

	if (!self->queued) {
		wait_list_add(list, self, again);
	}
	task_prepare_to_sleep();
	spin_unlock_irqrestore(&list->lock, state);
}

/*
 * False when somebody woke it after its last look. If that look was a good one the wake-up was
 * meant for one more item, and so it is the next thread's.
 */
static bool leave(struct wait_list *list, struct waiter *self, bool holds)
{
	unsigned long state = spin_lock_irqsave(&list->lock);
	bool queued = self->queued;

	if (queued) {
		wait_list_remove(list, self);
	} else if (holds) {
		(void)wait_list_hand_over(list);
	}
	spin_unlock_irqrestore(&list->lock, state);
	return queued;
}

static bool wait(struct wait_list *list, bool (*condition)(void *arg), void *arg,
		 uint64_t deadline_ns)
{
	struct waiter self = {.task = current_task()};
	bool in_time = true;
	bool holds;

	assert_may_sleep("waits in queue", list->lock.name);
	enter(list, &self, false);
	while (!(holds = condition(arg)) && in_time) {
		if (deadline_ns == NO_DEADLINE) {
			task_block();
		} else {
			in_time = task_block_until(deadline_ns);
		}
		enter(list, &self, true);
	}
	task_finish_sleep();
	if (!leave(list, &self, holds) && !holds) {
		/* The item is this thread's, or another was quicker. */
		holds = condition(arg);
	}
	return holds;
}

void wait_event(struct wait_queue *queue, bool (*condition)(void *arg), void *arg)
{
	(void)wait(&queue->waiters, condition, arg, NO_DEADLINE);
}

int wait_event_timeout(struct wait_queue *queue, bool (*condition)(void *arg), void *arg,
		       uint64_t ns)
{
	return wait(&queue->waiters, condition, arg, deadline_after(ns)) ? 0 : -ETIMEDOUT;
}

bool wake_up_one(struct wait_queue *queue)
{
	unsigned long state = spin_lock_irqsave(&queue->waiters.lock);
	bool woken = wait_list_hand_over(&queue->waiters) != NULL;

	spin_unlock_irqrestore(&queue->waiters.lock, state);
	return woken;
}

unsigned int wake_up_all(struct wait_queue *queue)
{
	unsigned long state = spin_lock_irqsave(&queue->waiters.lock);
	unsigned int nr = 0;

	while (wait_list_hand_over(&queue->waiters) != NULL) {
		nr++;
	}
	spin_unlock_irqrestore(&queue->waiters.lock, state);
	return nr;
}
