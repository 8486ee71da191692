/* SPDX-License-Identifier: MIT */
/*
 * "It is done", once or for everybody. May live on the stack of the thread that waits, as long as
 * nobody completes it after that thread went on. Ordering: what was stored before complete() or
 * complete_all() is visible to who waited.
 */
#ifndef KERNEL_SCHED_COMPLETION_H
#define KERNEL_SCHED_COMPLETION_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/wait_list.h"

struct completion {
	struct wait_list waiters; /* its lock guards the count */
	unsigned int done;	  /* waits that it lets pass; COMPLETED_ALL: any number */
};

#define COMPLETED_ALL (~0U)

#define COMPLETION_INIT(_name)                                                                     \
	{                                                                                          \
		.waiters = WAIT_LIST_INIT(_name)                                                   \
	}

/* 'name' stays the caller's and must live as long as the completion. Nobody waits. Any context. */
void completion_init(struct completion *completion, const char *name);

/* Lets the first that waits pass, or the next that comes. Each call one. Any context. */
void complete(struct completion *completion);

/* Lets everybody pass, now and until completion_init(). Any context. */
void complete_all(struct completion *completion);

/* Context: thread context, may sleep (panics where it may not, also when it is complete). */
void wait_for_completion(struct completion *completion);

/*
 * The same for 'ns' at most. 0, or -ETIMEDOUT: then nobody counts on this thread any more, and a
 * complete() that comes later lets another pass. Context: as wait_for_completion().
 */
int wait_for_completion_timeout(struct completion *completion, uint64_t ns);

/* True when a wait would pass. A snapshot. Any context. */
bool completion_done(struct completion *completion);

#endif
