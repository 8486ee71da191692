/* SPDX-License-Identifier: MIT */
/*
 * Threads that wait for something in the order in which they came: what mutexes, semaphores, wait
 * queues and completions are made of.
 *
 * What is waited for is handed over: who has it takes the first thread off the list and marks it,
 * with the list's lock held, and wakes it. So nobody who comes later gets ahead, and a thread that
 * was woken has it, or was woken for nothing and sleeps on.
 *
 * No wake-up is lost: a thread enters the list and announces its sleep with the lock held. Who
 * marks it does so with the lock held too, and wakes it after: docs/ordering.md rule 19.
 *
 * The last that a thread does with the list is to take its lock, and who marked it holds that lock
 * until he has woken it. So the object may live on the stack of a thread that waits for it.
 */
#ifndef KERNEL_SCHED_WAIT_LIST_H
#define KERNEL_SCHED_WAIT_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/task.h"
#include "kernel/spinlock.h"

#define NO_DEADLINE UINT64_MAX

/* On the stack of a thread that waits; its list's lock guards it. */
struct waiter {
	struct task *task;
	struct waiter *next, *prev;
	bool queued;
};

struct wait_list {
	struct spinlock lock; /* RANK_THREADS: guards what is waited for, too */
	struct waiter *first, *last;
};

#define WAIT_LIST_INIT(_name)                                                                      \
	{                                                                                          \
		.lock = SPINLOCK_INIT(_name, RANK_THREADS)                                         \
	}

void wait_list_init(struct wait_list *list, const char *name);

/*
 * Panics, with the names of the thread, of what it does and of what it does that with, when this
 * is no place to sleep: an interrupt, an idle thread, with a spinlock or preempt_disable().
 */
void assert_may_sleep(const char *what, const char *name);

/*
 * Sleeps until it is handed what it waits for, or until then (arch_clock_ns()). True when it was.
 * The lock held, taken by spin_lock_irqsave(), which gave *state; held again at the return. Thread
 * context.
 */
bool wait_list_sleep(struct wait_list *list, uint64_t deadline_ns, unsigned long *state);

/*
 * Hands over to the first, and wakes it: returns who that is, null when nobody waits. The lock
 * held. Any context.
 */
struct task *wait_list_hand_over(struct wait_list *list);

/* For wait_queue.c: a place of one's own in the list. The lock held. */
void wait_list_add(struct wait_list *list, struct waiter *waiter, bool first);
void wait_list_remove(struct wait_list *list, struct waiter *waiter);

/* The time of a sleep that lasts 'ns' from now on; never NO_DEADLINE. */
uint64_t deadline_after(uint64_t ns);

#endif
