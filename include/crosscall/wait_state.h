/* SPDX-License-Identifier: MIT */
/*
 * A thread that goes to sleep against those that wake it: one word a thread, and no wake-up is
 * lost. A scheduler builds its "sleep until the condition holds" on it; the library keeps no list
 * and switches nothing.
 *
 *	the thread				who wakes it
 *	wait_state_prepare(s);			condition = true;
 *	if (condition) {			if (wait_state_wake(s))
 *		wait_state_finish(s);				put the thread on a run queue
 *		go on;
 *	}
 *	if (wait_state_commit(s))
 *		leave the CPU
 *
 * Of all that wake a thread that is asleep, exactly one is told to put it on a run queue. A thread
 * may be woken for nothing, so it looks at its condition again, from wait_state_prepare() on.
 */
#ifndef CROSSCALL_WAIT_STATE_H
#define CROSSCALL_WAIT_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Caller-owned; the word is the library's. */
struct wait_state {
	_Atomic uint32_t word;
};

/* The thread is awake. Context: before anybody else knows *state. */
void wait_state_init(struct wait_state *state);

/*
 * Announces the sleep: who wakes the thread from now on makes wait_state_commit() fail. Look at the
 * condition after it, never before. Context: the thread itself. Ordering: acq_rel; what was stored
 * before a wait_state_wake() that came earlier is visible.
 */
void wait_state_prepare(struct wait_state *state);

/* Takes the announcement back. Context: the thread itself, or where it was interrupted. */
void wait_state_finish(struct wait_state *state);

/*
 * True: the thread is asleep now, and has to leave the CPU; the next wait_state_wake() is told so.
 * False: it was woken since wait_state_prepare(), or has announced nothing. Context: as
 * wait_state_finish(). Ordering: acq_rel.
 */
bool wait_state_commit(struct wait_state *state);

/*
 * Wakes the thread. True: it was asleep, and the caller, nobody else, has to make it run. False: it
 * is awake, or finds out before it sleeps. Context: any. Ordering: acq_rel; what the caller stored
 * before is visible to the thread when it looks at its condition.
 */
bool wait_state_wake(struct wait_state *state);

/* True while nobody has woken it since it fell asleep. Stale at once. Any context. */
bool wait_state_is_asleep(const struct wait_state *state);

#endif
