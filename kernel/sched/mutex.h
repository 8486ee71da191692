/* SPDX-License-Identifier: MIT */
/*
 * A lock that threads sleep for, handed over in the order in which they asked. Only who holds it
 * gives it back. No priority is inherited: a thread of high priority waits for one of low priority
 * as long as that takes, and as long as those in between keep the CPU from it. Keep it short, or
 * lock between threads of one priority.
 *
 * Ordering: what the last holder stored is visible.
 */
#ifndef KERNEL_SCHED_MUTEX_H
#define KERNEL_SCHED_MUTEX_H

#include <stdbool.h>

#include "kernel/sched/wait_list.h"

struct mutex {
	struct wait_list waiters; /* its lock guards the owner */
	struct task *owner;
};

#define MUTEX_INIT(_name)                                                                          \
	{                                                                                          \
		.waiters = WAIT_LIST_INIT(_name)                                                   \
	}

/* 'name' stays the caller's and must live as long as the mutex. Any context. */
void mutex_init(struct mutex *mutex, const char *name);

/*
 * Context: thread context, may sleep (panics where it may not, also when the mutex is free).
 * Panics, with the names of thread and mutex, when the thread holds it already.
 */
void mutex_lock(struct mutex *mutex);

/* False when somebody holds it, this thread included. Thread context; does not sleep. */
bool mutex_trylock(struct mutex *mutex);

/* The first that waits has it then. Panics when the thread does not hold it. Thread context. */
void mutex_unlock(struct mutex *mutex);

/* True when this thread holds it. Thread context. */
bool mutex_is_mine(struct mutex *mutex);

/* Before its memory becomes something else. Panics when it is held. Any context. */
void mutex_destroy(struct mutex *mutex);

#endif
