/* SPDX-License-Identifier: MIT */
/*
 * Threads that sleep until a condition holds which others make true: these store what it needs, and
 * then wake one thread or all.
 *
 * With wake_up_one() all that wait do so for the same kind of thing, as for one more item each, and
 * there is one call for each item: a thread that was woken and finds the item gone sleeps on in its
 * place, at the front, and one that goes hands on what else it was woken for.
 */
#ifndef KERNEL_SCHED_WAIT_QUEUE_H
#define KERNEL_SCHED_WAIT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/wait_list.h"

struct wait_queue {
	struct wait_list waiters;
};

#define WAIT_QUEUE_INIT(_name)                                                                     \
	{                                                                                          \
		.waiters = WAIT_LIST_INIT(_name)                                                   \
	}

/* 'name' stays the caller's and must live as long as the queue. Any context. */
void wait_queue_init(struct wait_queue *queue, const char *name);

/*
 * Returns as soon as condition(arg) does true; it may take the item that it finds. It is called in
 * this thread, with no lock held and a sleep announced: it must not sleep.
 * Context: thread context, may sleep (panics where it may not, also when the condition holds).
 * Ordering: what was stored before the call that wakes is visible to the condition.
 */
void wait_event(struct wait_queue *queue, bool (*condition)(void *arg), void *arg);

/* The same for 'ns' at most. 0, or -ETIMEDOUT: the condition returned false after that time. */
int wait_event_timeout(struct wait_queue *queue, bool (*condition)(void *arg), void *arg,
		       uint64_t ns);

/* The thread that has waited longest looks again. False when nobody waits. Any context. */
bool wake_up_one(struct wait_queue *queue);

/* All that wait look again, the first one first. How many. Any context. */
unsigned int wake_up_all(struct wait_queue *queue);

#endif
