/* SPDX-License-Identifier: MIT */
/* The self-check: does every way of reaching a CPU reach it, exactly once, and nobody else? */
#ifndef KERNEL_SELFCHECK_H
#define KERNEL_SELFCHECK_H

#include <stdbool.h>

/* All of it, on all CPUs that are online. The boot CPU, thread context. */
void selfcheck_all(void);

/* Its parts. */
void selfcheck_pairs(void);
void selfcheck_broadcast(void);
void selfcheck_calls(void);
void selfcheck_misuse(void);
void selfcheck_tlb(void);
void selfcheck_user(void);
void selfcheck_threads(void);
void selfcheck_programs(void);
void selfcheck_wakeups(void);
void selfcheck_spread(void);
void selfcheck_moves(bool off); /* off: the firmware takes part */
void selfcheck_stays(void);
void selfcheck_sync(void);
void selfcheck_wait(void);
void selfcheck_preempted(void);
void selfcheck_turns(void);
void selfcheck_switch(void);
void selfcheck_late(void);
void selfcheck_idle(void);
void selfcheck_nmi(void);
void selfcheck_console(void);

/* Waits until no other CPU has a thread to run. What its parts share. */
void selfcheck_await_idle(void);

/* tick=broadcast: starts the tick. */
void selfcheck_tick(void);
/* Threads at random, from the first to the second. */
void selfcheck_nomads_begin(void);
void selfcheck_nomads_end(void);

/* rest=: counts what a machine without work sends in so many seconds. */
void selfcheck_rest(unsigned int seconds);

/* park=, in a batch run, before the rest: fetches all that are parked. */
void selfcheck_parked(void);

#endif
