/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: who runs where, and when a CPU is rung for it. docs/scheduler.md says how.
 *
 * Two kinds of threads. A preemptible one (preempt_count 0) leaves the CPU at the tick and for a
 * higher priority, and may go on on another CPU at any moment. A cooperative one (the console and
 * the idle threads) leaves the CPU only where it waits.
 *
 * The library's calls that wait (smp_call_function_single() with wait, flush_tlb_page(), ...) need
 * a caller that stays on its CPU, with no other caller on that CPU between: a preemptible thread
 * makes them between preempt_disable() and preempt_enable(), interrupts enabled. So does whoever
 * uses this_cpu() or a CPU's number for longer than one look.
 */
#ifndef KERNEL_SCHED_SCHED_H
#define KERNEL_SCHED_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/sched/task.h"

struct percpu;

/* ---- sleeping and waking ---- */

/*
 * Makes a thread that sleeps runnable: on its last CPU if that is idle, else on an idle one of its
 * affinity, else on its last. That CPU is rung only if it has to do something now: it is idle and
 * not told yet, or runs a lower priority; or runs the same and its time slice does not run yet.
 * This CPU is never rung: a thread that comes first runs as soon as this one may be preempted, at
 * the latest when the interrupt returns.
 * True when it was asleep. False: it is awake, or about to find out that it is: what the caller
 * stored before is visible when the thread looks at its condition.
 * Context: any, also with interrupts masked and with a spinlock below RANK_RUNQUEUE held.
 */
bool wake_up_process(struct task *task);

/*
 * Sleep until a condition holds:
 *
 *	for (;;) {
 *		task_prepare_to_sleep();
 *		if (condition)
 *			break;
 *		task_block();
 *	}
 *	task_finish_sleep();
 *
 * Who makes the condition true calls wake_up_process() after it. Between the first and the last the
 * thread may be preempted. task_block() returns when it was woken, or at once if it has been since
 * task_prepare_to_sleep(); perhaps for nothing. Context: thread context, interrupts in either
 * state, no spinlock held; not an idle thread; preempt_disable() not in force (panics).
 */
void task_prepare_to_sleep(void);
void task_finish_sleep(void);
void task_block(void);

/* The same, and at most until then (arch_clock_ns()). False when that is over. */
bool task_block_until(uint64_t deadline_ns);

/* At least so long. Context: as task_block(). */
void task_sleep(uint64_t ns);

/* Lets others of the same priority run first. Context: as task_block(). */
void task_yield(void);

/*
 * For a loop that polls: lets others run, or sleeps until an interrupt, 'ns' at most; may return at
 * once. Meanwhile every thread comes before this one, whatever its priority. Context: as
 * task_block().
 */
void task_pause(uint64_t ns);

/* True where task_block() may be called: see there. */
bool task_may_sleep(void);

/* ---- preemption ---- */

/* They nest. The thread stays on its CPU, and no other runs there, until the outermost enable. */
void preempt_disable(void);
void preempt_enable(void);

/*
 * If somebody comes before this thread, and it may be preempted here and now, it is. For who has
 * just enabled interrupts.
 */
void preempt_check(void);

/* ---- between the scheduler and the rest of the kernel ---- */

/*
 * The memory of a run queue: from boot memory, null when there is none; the boot CPU's is static.
 * sched_init_queue() makes what runs there, on the stack of struct percpu, its idle thread; on the
 * boot CPU that is the console.
 */
struct runqueue *sched_create_queue(void);
void sched_init_boot(void);
void sched_init_queue(struct percpu *cpu);
void sched_init_console(void);

/* The boot CPU's idle thread, when there is memory. False after a line when there is none. */
bool sched_init(void);

/* What each CPU does when it has nothing to do. Does not return. kernel/secondary.c. */
_Noreturn void idle_loop(void);

/* This CPU is idle: takes work from others. The idle thread, interrupts enabled. */
void newidle_balance(void);

/* The running thread calls the scheduler: the idle thread, when something may have come. */
void schedule(void);

/* The last thing that an interrupt's entry does; switches when somebody comes first. Masked. */
void sched_interrupt_exit(void);

/* IPI_RESCHEDULE: marks. */
void sched_ipi(void);

/* A timer interrupt or IPI_TIMER: sleepers that are due, the time slice, the balance. Masked. */
void sched_tick(void);

/* When sched_tick() is next wanted on this CPU, arch_clock_ns(); 0: not. Interrupts masked. */
uint64_t sched_next_event(void);

/* ---- CPUs that come and go ---- */

/*
 * The CPU takes threads from now on. Those that were pinned to it, and had to run elsewhere, come
 * home. Any CPU.
 */
void sched_activate(unsigned int cpu);

/*
 * It takes none any more, and is told to give up those that it has: a running one moves as soon as
 * it may be preempted, one that sleeps wakes up elsewhere. One that is pinned to it is moved too,
 * and reported by name: "stray" until the CPU is back.
 */
void sched_deactivate(unsigned int cpu);

/* True when a CPU that was deactivated has nothing left but its idle thread. */
bool sched_is_vacated(unsigned int cpu);

/* The idle thread's part of it: gives away what is queued and who sleeps here. */
void sched_vacate_if_asked(void);

/* ---- counts ---- */

/* Per CPU; each written by its own CPU, or under its run queue's lock. */
struct sched_stats {
	uint64_t switches;    /* from one thread to another */
	uint64_t preemptions; /* of them, not asked for by the thread that left */
	uint64_t wakeups;     /* threads that were woken onto this CPU */
	uint64_t rings;	      /* times that somebody asked it to look, this CPU itself included */
	uint64_t pulled;      /* threads that it took from others when it was idle */
	uint64_t pushed;      /* threads that it gave to others at the tick */
	uint64_t ticks;	      /* passes through sched_tick() */
	uint64_t idle_ns;     /* without a thread to run, up to now */
	unsigned int queued;  /* threads that wait for it now */
	bool active;
	bool idle;		      /* now */
	char current[TASK_NAME_SIZE]; /* who runs there now */
};

/*
 * Whom that CPU runs, for reports: no lock is taken, so it may be late. Any context, at any time.
 */
const char *sched_current_name(unsigned int cpu);

/* False for a CPU that there is not. Any context. */
bool sched_stats_read(unsigned int cpu, struct sched_stats *stats);

#endif
