/* SPDX-License-Identifier: MIT */
/*
 * Functions run in thread context on a CPU of one's choice, where they may sleep. Each gets a
 * thread of its own from the pool, pinned there, which comes before all but the console's: so calls
 * to one CPU do not wait for each other, and a function may make such calls itself.
 *
 * A CPU that leaves before the function has begun does not keep anybody waiting: its threads move,
 * the function is not called, and the call returns -ENXIO. If it leaves after, the function goes on
 * on another CPU; one that minds keeps its CPU by preempt_disable().
 */
#ifndef KERNEL_SCHED_CALL_ON_CPU_H
#define KERNEL_SCHED_CALL_ON_CPU_H

#include <stdint.h>

#include "kernel/sched/completion.h"

/* The caller's, until cpu_call_wait() has returned something else than -ETIMEDOUT. */
struct cpu_call {
	int (*func)(void *par);
	void *par;
	unsigned int cpu;
	int result;
	struct task *task;
	struct completion done;
};

/*
 * Runs func(par) on that CPU, waits for it, and returns what it returned; or -EINVAL without a
 * function or for a CPU that there is not, -ENXIO for one that is offline or leaves before it
 * began, -EBUSY when the pool has no thread left (task_pool_reserve()).
 * Context: thread context, may sleep. Ordering: func sees what was stored before the call, and the
 * caller what func stored.
 */
int smp_call_on_cpu(unsigned int cpu, int (*func)(void *par), void *par);

/*
 * In two steps: begins it, and returns 0 or why it could not. Then the second step is owed.
 * Context: thread context.
 */
int cpu_call_start(struct cpu_call *call, unsigned int cpu, int (*func)(void *par), void *par);

/*
 * As smp_call_on_cpu(), after 'ns' at most; NO_DEADLINE: however long it takes. -ETIMEDOUT: it
 * still runs, and so does the call's memory have to stay. Once for each call.
 */
int cpu_call_wait(struct cpu_call *call, uint64_t ns);

#endif
