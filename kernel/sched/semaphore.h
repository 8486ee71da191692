/* SPDX-License-Identifier: MIT */
/*
 * A count that threads take from, and sleep for when it is 0; what comes is handed over in the
 * order in which they asked. Whoever likes adds to it. Ordering: what was stored before the
 * semaphore_up() that a thread gets is visible to it.
 */
#ifndef KERNEL_SCHED_SEMAPHORE_H
#define KERNEL_SCHED_SEMAPHORE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/wait_list.h"

struct semaphore {
	struct wait_list waiters; /* its lock guards the count */
	unsigned int count;	  /* while it is not 0 nobody waits */
};

#define SEMAPHORE_INIT(_name, _count)                                                              \
	{                                                                                          \
		.waiters = WAIT_LIST_INIT(_name), .count = (_count)                                \
	}

/* 'name' stays the caller's and must live as long as the semaphore. Any context. */
void semaphore_init(struct semaphore *semaphore, const char *name, unsigned int count);

/* Takes one. Context: thread context, may sleep (panics where it may not, also for a count > 0). */
void down(struct semaphore *semaphore);

/* The same for 'ns' at most. 0, or -ETIMEDOUT: nothing was taken. Context: as down(). */
int down_timeout(struct semaphore *semaphore, uint64_t ns);

/* False when there is none to take. Any context. */
bool down_trylock(struct semaphore *semaphore);

/* Adds one. Any context. */
void up(struct semaphore *semaphore);

/* What could be taken now. A snapshot. Any context. */
unsigned int semaphore_count(struct semaphore *semaphore);

#endif
