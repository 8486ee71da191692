/* SPDX-License-Identifier: MIT */
/*
 * Threads: made, started, ended, waited for. They come from a pool that grows and never shrinks: a
 * pointer to a thread stays a pointer to some thread for ever, so a wake-up that comes late wakes
 * at worst another thread for nothing. Every sleep is a loop around its condition.
 *
 * Unless said otherwise, functions are for thread context with interrupts enabled, and return 0 or
 * a negative errno.
 */
#ifndef KERNEL_SCHED_TASK_H
#define KERNEL_SCHED_TASK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/cpumask.h>
#include <crosscall/wait_state.h>

/* Priorities: the higher number runs first, the same number takes turns. */
#define NR_PRIOS 8
#define PRIO_LOW 1
#define PRIO_NORMAL 3
#define PRIO_HIGH 5
#define PRIO_CONSOLE 7

#define TASK_NAME_SIZE 16

struct vm_space;
struct user_end;

/* Where a thread is. Guarded as 'cpu', see below. */
enum task_place {
	TASK_OFF,     /* on no CPU and no queue: asleep, not started, or ended */
	TASK_QUEUED,  /* on the run queue of its CPU */
	TASK_CURRENT, /* its CPU runs it, or is just leaving it */
	TASK_MOVING,  /* taken off a queue; whoever did puts it on another, and nobody else may */
};

/*
 * Everything here is the scheduler's. Fields "of the queue" are guarded by the lock of the run
 * queue of task->cpu, which is held over the switch: who holds it and does not find TASK_CURRENT
 * knows that the thread's registers are in memory.
 */
struct task {
	unsigned long sp;	 /* first: switch.S. While it does not run. */
	unsigned long kernel_sp; /* the same for struct percpu's kernel_sp */
	unsigned char *stack;	 /* STACK_SIZE bytes */
	struct wait_state wait;

	/* The thread's own. */
	unsigned int preempt_count; /* may be preempted at 0 only */
	unsigned int cooperative;   /* the count with which it may sleep: 1 never preempted */
	struct vm_space *space;	    /* loaded whenever it runs; null: none */
	const char *user_exception; /* what ended its program; null: itself */
	struct user_end *user_end;
	unsigned long user_start[2]; /* pc, argument */
	long (*fn)(void *arg);
	void *arg;
	char name[TASK_NAME_SIZE];
	unsigned int id;

	/* Of the queue; 'cpu' is changed with the locks of both CPUs held. */
	_Atomic unsigned int cpu;
	enum task_place place;
	struct task *next, *prev;
	unsigned int prio;
	uint64_t slice_left; /* ns of its turn when it was preempted; 0: a whole one */
	struct cpumask affinity;
	bool ended; /* leaves the CPU for the last time */
	bool stray; /* none of its CPUs is there: it runs elsewhere, and that was said */
	uint64_t run_ns;
	uint64_t switches; /* times it was put on a CPU */
	uint64_t wakeups;
	uint64_t moves; /* from one CPU to another */

	/* Its sleep with an end: guarded by the lock of timer_cpu's list. */
	uint64_t deadline;
	struct task *timer_next;
	unsigned int timer_cpu;
	bool timer_on;

	/* null: nobody joins yet; or who joins; or one of two marks. task.c */
	_Atomic uintptr_t joiner;
	long value;

	struct task *pool_next;
	struct task *_Atomic all_next;
	_Atomic bool alive; /* between task_create() and its end */

	/* What top saw when it began: whom, and how long he had run. The console's. */
	unsigned int seen_id;
	uint64_t seen_ns;
};

/*
 * The running thread: the boot CPU's first thread is "console", each CPU has one that is idle.
 * Context: any.
 */
struct task *current_task(void);

/*
 * A thread that will run fn(arg) and end with what that returns. It does not run before
 * task_start(), and wake_up_process() does not start it. 'affinity' null: any CPU. The name is
 * cut to TASK_NAME_SIZE - 1.
 * Takes one from the pool; the boot CPU makes the pool bigger when it is empty, on another CPU
 * that gives null: see task_pool_reserve(). Null also for a priority past NR_PRIOS, or an affinity
 * without any CPU that there is.
 * Every thread that was started is joined or detached, once.
 */
struct task *task_create(const char *name, long (*fn)(void *arg), void *arg, unsigned int prio,
			 const struct cpumask *affinity);

/* Lets it run, once. Also with interrupts masked, and in interrupts. */
void task_start(struct task *task);

/* Both. Null as task_create(). */
struct task *task_run(const char *name, long (*fn)(void *arg), void *arg, unsigned int prio,
		      const struct cpumask *affinity);

/*
 * A thread in user mode: runs the program at 'pc' in 'space' with 'argument', as user_run() does,
 * on whatever CPU the scheduler puts it, and ends with the argument of the program's system call;
 * *end, which must stay valid until it is joined, says how it ended. Not started yet.
 */
struct task *task_create_user(const char *name, struct vm_space *space, unsigned long pc,
			      unsigned long argument, struct user_end *end, unsigned int prio,
			      const struct cpumask *affinity);

/* Ends the running thread, as returning from its function does. */
_Noreturn void task_exit(long value);

/*
 * Waits until the thread has ended and is off its stack, stores what it returned in *value (may be
 * null), and gives it back to the pool: the pointer is no longer the caller's. By one thread only.
 * Ordering: everything that the thread did comes first.
 */
void task_join(struct task *task, long *value);

/* Nobody joins it: it goes back to the pool by itself. The pointer is no longer the caller's. */
void task_detach(struct task *task);

/*
 * Only these CPUs from now on. A thread that runs or is queued elsewhere moves at once: a running
 * one is rung, so it may go on there for as long as an interrupt takes; one that may not be
 * preempted just then, until it may. The running thread itself, if it may be preempted, has moved
 * at the return. Any context.
 * -EINVAL for a set without any CPU that there is. A set whose CPUs are all offline is taken: the
 * thread runs elsewhere, which is reported by name, until one of them comes.
 */
int task_set_affinity(struct task *task, const struct cpumask *affinity);

/* -EINVAL past NR_PRIOS. Takes effect at once; who comes first now runs. Any context. */
int task_set_priority(struct task *task, unsigned int prio);

/* What ps prints. A snapshot. */
struct task_info {
	unsigned int id;
	char name[TASK_NAME_SIZE];
	enum task_place place;
	bool idle;
	bool off; /* the idle thread of a CPU that takes no threads: its time does not count */
	bool stray;
	unsigned int cpu; /* where it is, or was last */
	unsigned int prio;
	struct cpumask affinity;
	uint64_t run_ns;
	uint64_t switches;
	uint64_t wakeups;
	uint64_t moves;
};

/*
 * All threads that there are: first with null, until null. One that ends meanwhile may be left
 * out or described as what its memory became. False from task_describe(): it is not alive.
 */
struct task *task_next(struct task *task);
bool task_describe(struct task *task, struct task_info *info);

/*
 * Makes sure that so many threads can be created without asking for memory. False, after a line
 * that says so, when there is too little. The boot CPU.
 */
bool task_pool_reserve(unsigned int nr);

/* Threads alive, the idle ones and the console not counted; and how many the pool has in all. */
unsigned int task_count(void);
unsigned int task_pool_size(void);

#endif
