/* SPDX-License-Identifier: MIT */
/*
 * Per CPU: the threads that can run there. What the files of kernel/sched/ tell each other.
 *
 * Lock order: run queues by ascending CPU number, at most two; a list of timers after them; never
 * the other way round. kernel/spinlock.c panics.
 */
#ifndef KERNEL_SCHED_RUNQUEUE_H
#define KERNEL_SCHED_RUNQUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/config.h>
#include <crosscall/cpumask.h>

#include "kernel/sched/cpu_bits.h"
#include "kernel/sched/sched.h"
#include "kernel/spinlock.h"

struct task_list {
	struct task *first;
	struct task *last;
};

struct runqueue {
	_Alignas(CROSSCALL_CACHE_LINE) struct spinlock lock;
	struct task *current; /* its own CPU reads it without the lock, interrupts masked */
	struct task *idle;
	uint64_t slice_end; /* of 'current'; 0: nobody waits for its turn. Its own CPU writes */
	uint64_t since;	    /* when 'current' came, or idle time was counted up to */

	/* Sleeps with an end, soonest first. */
	struct task *timers;
	_Atomic uint64_t next_timer; /* the first one's deadline; 0: none */
	struct spinlock timer_lock;

	struct sched_stats stats;
	struct task_list level[NR_PRIOS];
	struct task idle_task;
	unsigned int cpu;
	unsigned int levels;	 /* bit n: somebody waits in level[n] */
	_Atomic unsigned int nr; /* how many wait; others read it without the lock as a hint */
	bool active;		 /* takes threads */
	bool pausing;		 /* 'current' is in task_pause(): anybody comes first */
	bool turn_over;		 /* the slice has passed */
	bool asked;		 /* an IPI_RESCHEDULE has come. Its own CPU's */
};

struct runqueue *queue_of(unsigned int cpu); /* null: no such CPU */

/* Sets up *rq, all but its threads. */
void queue_init(struct runqueue *rq, unsigned int cpu);

/* ---- runqueue.c: with the queue's lock held ---- */

void queue_add(struct runqueue *rq, struct task *task, bool first);
void queue_remove(struct runqueue *rq, struct task *task);

/* The thread to run next: removed from the queue; the idle thread when there is none. */
struct task *queue_take(struct runqueue *rq);

/* After a change: the CPU is idle with nothing queued, or is not. Others see it: idle_cpus. */
void queue_note_idle(struct runqueue *rq);

/* True when a thread of this priority comes before what the CPU does. */
bool queue_is_preempted_by(const struct runqueue *rq, const struct task *task);

/* Queues it on its new CPU, and rings that if it has to do something. */
void queue_accept(struct runqueue *rq, struct task *task);

/*
 * Begins a time slice if somebody waits for 'current' to have its turn, or ends it; one that was
 * preempted goes on with what was left of its own. On its CPU.
 */
void queue_set_slice(struct runqueue *rq, bool anew);

/* What is left of the slice of 'current', at least 1 ns; 0: none runs. */
uint64_t queue_slice_left(const struct runqueue *rq);

/* The queue of the CPU that the thread is on, locked. Interrupts masked. */
struct runqueue *task_queue_lock(struct task *task);

/* Both, in order; may be the same one. Interrupts masked. */
void queue_lock_two(struct runqueue *a, struct runqueue *b);
void queue_unlock_two(struct runqueue *a, struct runqueue *b);

/* ---- placement.c ---- */

/* May the thread be on that CPU? The lock of its queue held. */
bool task_allowed_on(const struct task *task, unsigned int cpu);

/*
 * The thread, on no queue, is queued on that CPU, which takes threads; the locks of both its CPUs
 * held. True: it is new that it may not run there, and the caller says so when it holds no lock.
 */
bool task_arrive(struct task *task, struct runqueue *to);
void task_report_stray(const struct task *task, unsigned int cpu);

/*
 * Takes a thread that is on no queue, TASK_MOVING, to the best CPU. Interrupts masked, no lock
 * held. 'woken' counts it as a wake-up.
 */
void task_place(struct task *task, bool woken);

/* ---- affinity.c ---- */

/* A CPU has come: the thread moves if it should not be where it is. As task_set_affinity(). */
void task_check_affinity(struct task *task);

/* ---- balance.c ---- */

/* Give one thread that waits there to a CPU that has less; that is idle. Masked, no lock held. */
void load_balance(struct runqueue *rq);
void balance_push_idle(struct runqueue *rq);

/* ---- timers.c ---- */

void timer_add(struct task *task, uint64_t deadline_ns);
void timer_remove(struct task *task);
void timers_run(struct runqueue *rq, uint64_t now);
void timers_flush(struct runqueue *rq); /* wakes everybody, due or not */

/* ---- task.c ---- */

/* It will begin with fn(task->arg), on its stack. */
void task_begin(struct task *task, long (*fn)(void *arg));

/* Off its stack for good. Interrupts masked, no lock held. */
void task_bury(struct task *task);

/* Where a new thread begins: switch.S returns who left. */
void task_entry(struct task *prev);

/* After a switch, in the thread that comes: gives back the lock, and sees to who left. */
void schedule_tail(struct task *prev);

/* The running thread leaves for good. */
_Noreturn void schedule_last(void);

#endif
