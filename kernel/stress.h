/* SPDX-License-Identifier: MIT */
/*
 * threads=N: so many threads sleep, wake each other, yield, pin themselves and each other, change
 * priorities, lock, count, complete, call other CPUs, end, and are made anew, all at random, while
 * CPUs go down and come up. Afterwards everything must have arrived and everybody have ended.
 */
#ifndef KERNEL_STRESS_H
#define KERNEL_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/completion.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/semaphore.h"
#include "kernel/sched/wait_queue.h"

/* 'nr' threads for so long. The boot CPU, the console's thread. */
void stress(unsigned int nr, unsigned int seconds);

/* ---- What its files tell each other ---- */

#define STRESS_MUTEXES 8U
#define STRESS_PERMITS 4U
#define STRESS_CALLERS 16U /* threads of smp_call_on_cpu() at once */

enum stress_act {
	ACT_SLEEP,
	ACT_YIELD,
	ACT_SPIN,
	ACT_POST,
	ACT_AWAIT,
	ACT_LOCK,
	ACT_PERMIT,
	ACT_GIVE,
	ACT_TAKE,
	ACT_ASK,
	ACT_CALL,
	ACT_PIN,
	ACT_PRIO,
	ACT_END,
	NR_ACTS,
};

/* A thread, and those that come after it. */
struct stress_slot {
	struct spinlock lock; /* RANK_THREADS: guards 'task' */
	struct task *task;    /* null: nobody may touch it now */
	uint64_t random;      /* the thread's own */
	uint64_t steps;	      /* of this incarnation; the thread's own */
	_Atomic uint32_t act; /* what it does: enum stress_act */
	_Atomic uint32_t ended;
	_Atomic uint32_t token;		     /* 0 or 1: posted, and not consumed */
	struct completion *_Atomic question; /* of somebody who waits for an answer */
	uint64_t owed_since;		     /* the driver's: sleeps since then, and has a token */
};

/* Totals; relaxed: compared once everything is quiet. */
struct stress_sums {
	_Atomic uint64_t steps;
	_Atomic uint64_t posted, consumed;
	_Atomic uint64_t locked;
	_Atomic uint64_t timeouts; /* of down_timeout() and wait_event_timeout() */
	_Atomic uint64_t given, taken;
	_Atomic uint64_t asked, answered, cancelled;
	_Atomic uint64_t calls, refused; /* smp_call_on_cpu(): all; and -ENXIO */
	_Atomic uint64_t wrong;		 /* what must not be: said by stress_wrong() */
};

struct stress {
	unsigned int nr;
	struct stress_slot *slots;
	struct stress_sums sums;
	_Atomic uint32_t stop;
	_Atomic uint32_t epoch; /* odd while a CPU goes; changes when one has gone */
	_Atomic unsigned int items;
	struct mutex mutexes[STRESS_MUTEXES];
	uint64_t inside[STRESS_MUTEXES]; /* guarded by the mutex */
	struct semaphore permits;
	struct semaphore callers;
	struct wait_queue queue;
};

extern struct stress stress_state;

uint64_t stress_random(uint64_t *state);

/* What each of the threads does: its slot in arg, returns the slot's number. stress_acts.c */
long stress_thread(void *arg);

/* Wakes the thread if it waits for a token; 'always': whatever it does. Any context. */
void stress_wake(struct stress_slot *slot, bool always);

/* Something that must not be: a line, and the run has failed. Any thread. */
void stress_wrong(const char *what, unsigned long value);

/*
 * stress_user.c: a program in user mode beside them. False when there is no memory; moved by a
 * random number; ended, joined, and its registers are as it left them. The driver.
 */
bool stress_program_start(void);
void stress_program_move(uint64_t dice);
void stress_program_end(void);

/* stress_verdict.c: names those that were not woken; false when there are such. */
bool stress_look_for_lost(uint64_t now);
/* Names threads that do not end. */
void stress_name_stuck(void);
/* After the end: everything adds up. */
void stress_verdict(void);

#endif
