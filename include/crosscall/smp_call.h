/* SPDX-License-Identifier: MIT */
/*
 * Cross-calls: run a function on other CPUs.
 *
 * What holds for all of them:
 * - The function runs exactly once on each CPU that accepted it, with interrupts masked; on another
 *   CPU in interrupt context, unless that serves it while it waits itself (poll-safe functions) or
 *   goes offline. A call that was accepted is executed, also when its target goes offline
 *   meanwhile.
 * - Calls from one CPU to one other run in the order they were made. A call to this CPU runs at
 *   once, before what is queued for it; only smp_call_function_single_async() queues that too.
 * - The function sees every store that the caller made before the call. After a call with 'wait'
 *   the caller sees every store that the function made.
 * - Without 'wait' nothing here waits for another CPU. Each CPU has room for CROSSCALL_CALL_DEPTH
 *   broadcasts; a call that would need more is refused whole with -EBUSY. So is one to a CPU that
 *   still holds CROSSCALL_CALL_DEPTH requests of calls which were given up at their deadline.
 * - With 'wait' and a target other than this CPU, interrupts must be enabled: two CPUs that call
 *   each other with interrupts masked would wait for ever. The library panics and names the
 *   caller.
 * - The calling CPU's own share runs locally with interrupts masked, after the others were rung
 *   and before anybody is waited for.
 * - No lock is taken and no memory is allocated.
 * - "Any context" leaves NMI-like handlers out: they may not call. See irq_work.h.
 */
#ifndef CROSSCALL_SMP_CALL_H
#define CROSSCALL_SMP_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/cpumask.h>

typedef void (*smp_call_func_t)(void *info);

/* Says whether a CPU is to be called. Runs on the calling CPU. */
typedef bool (*smp_cond_func_t)(unsigned int cpu, void *info);

/* What to call, and how. */
struct smp_call {
	smp_call_func_t func;
	void *info;
	bool wait;
	bool include_self;
	/*
	 * The function may run in any CPU's wait for another CPU, interrupts masked, whatever
	 * that CPU was doing: it takes no lock that is held across a cross-call. Then waiting is
	 * legal with interrupts masked too, because every wait of the library serves such
	 * requests. They may overtake others.
	 */
	bool poll_safe;
	uint64_t timeout_ns; /* the longest wait; 0: as long as it takes. Needs 'wait' */
};

/* What became of a call, CPU by CPU. Without 'wait', 'done' is this CPU's own share only. */
struct smp_call_report {
	struct cpumask done;	   /* the function has returned */
	struct cpumask offline;	   /* not online: has not run and will not */
	struct cpumask unreached;  /* could not be rung: has not run and will not */
	struct cpumask unanswered; /* the time was up before it began: has not run and will not */
	struct cpumask
		running; /* the time was up while it ran: *info is in use there until it returns */
};

/*
 * One request to one CPU. Caller-owned for smp_call_function_single_async(), library-owned for the
 * rest. Aligned to its size, so that it never straddles two cache lines. The fields below the first
 * three are the library's.
 */
struct call_single_data {
	_Alignas(4 * sizeof(void *)) struct call_single_data *next;
	smp_call_func_t func;
	void *info;
	_Atomic uint32_t state;
	uint16_t dst : 12;
	uint16_t poll_safe : 1;
	uint16_t timed : 1;
	uint16_t chain;
};

/* A caller-owned request that calls func(info). */
#define CSD_INIT(_func, _info)                                                                     \
	{                                                                                          \
		.func = (_func), .info = (_info)                                                   \
	}

/* Requests each CPU owns: CROSSCALL_CALL_DEPTH broadcasts, and some for single calls on top. */
#define CROSSCALL_REQUESTS_PER_CPU(nr_cpus) ((size_t)(nr_cpus)*CROSSCALL_CALL_DEPTH + 16)

/*
 * Runs func(info) on 'cpu'. With 'wait' returns after the function has.
 * Context: any with interrupts enabled; without 'wait', or for this CPU, also with them masked.
 * Returns 0; -EINVAL for a null function or a CPU number past nr_cpu_ids(); -ENXIO when the CPU is
 * offline; -EBUSY when there is no room and 'wait' is false; -EIO when its doorbell cannot be rung:
 * then the function has not run and will not.
 */
int smp_call_function_single(unsigned int cpu, smp_call_func_t func, void *info,
			     bool wait) CROSSCALL_MUST_CHECK;

/*
 * Runs csd->func(csd->info) on 'cpu' with the caller's own request, and never waits. The request
 * is the library's until csd_is_busy() says no, which is before the function starts: the function
 * may queue it again.
 * Its memory may be used for something else when csd_is_busy() says no and this call has returned:
 * a ring that fails makes it look at the request once more.
 * Context: any, interrupts in any state.
 * Returns 0; -EINVAL for a null pointer, a null function or a bad CPU number; -EBUSY while the
 * request is still queued; -ENXIO when the CPU is offline; -EIO when its doorbell cannot be rung:
 * the function will not run, but the request stays busy until the CPU has passed over it.
 */
int smp_call_function_single_async(unsigned int cpu,
				   struct call_single_data *csd) CROSSCALL_MUST_CHECK;

/*
 * True while the library may still touch a caller-owned request. Ordering: acquire; after a "no"
 * the request may be reused or freed. Any context.
 */
bool csd_is_busy(const struct call_single_data *csd);

/*
 * Runs func(info) on the CPUs of *mask that are online, except this one.
 * Context: as smp_call_function_single(); the caller may not be moved to another CPU meanwhile.
 * Returns 0, also when the set is empty; -EINVAL for a null pointer or a set with a CPU number past
 * nr_cpu_ids(); -EBUSY: nothing was queued anywhere; -EIO: on the CPUs whose doorbell could not be
 * rung the function has not run and will not; on all others it has (or will, without 'wait').
 */
int smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
			   bool wait) CROSSCALL_MUST_CHECK;

/* smp_call_function_many() on all online CPUs except this one. */
int smp_call_function(smp_call_func_t func, void *info, bool wait) CROSSCALL_MUST_CHECK;

/* smp_call_function_many(), and this CPU too when it is in the set. */
int on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info,
		     bool wait) CROSSCALL_MUST_CHECK;

/* Runs func(info) on all online CPUs, this one included. */
int on_each_cpu(smp_call_func_t func, void *info, bool wait) CROSSCALL_MUST_CHECK;

/*
 * The general form: *call on the CPUs of *mask, what became of it in *report (which is always
 * written, empty after -EINVAL).
 * Context: as the flags of *call say; otherwise as smp_call_function_many().
 * Returns 0 when no CPU of the set failed, offline ones aside; -EINVAL for a null pointer or
 * function, a CPU number past nr_cpu_ids(), or a time limit without 'wait'; -EBUSY: nothing was
 * queued anywhere; -ETIMEDOUT when a CPU is in report->unanswered or report->running; -EIO when
 * one is in report->unreached.
 */
int smp_call_function_report(const struct cpumask *mask, const struct smp_call *call,
			     struct smp_call_report *report) CROSSCALL_MUST_CHECK;

/*
 * smp_call_function_single() with 'wait' that waits at most 'timeout_ns' (not 0). Returns
 * -ETIMEDOUT when the function had not returned by then: if it had not begun it will not; if it
 * had, it goes on, so *info must stay valid for it. A late answer harms nothing.
 */
int smp_call_function_single_timeout(unsigned int cpu, smp_call_func_t func, void *info,
				     uint64_t timeout_ns) CROSSCALL_MUST_CHECK;

/* smp_call_function_single() with 'wait' for a poll-safe function. Interrupts in any state. */
int smp_call_function_single_poll(unsigned int cpu, smp_call_func_t func,
				  void *info) CROSSCALL_MUST_CHECK;

/*
 * Runs func(info) on one CPU of *mask: this one if it is in the set, otherwise the nearest online
 * one (ipi_ops.distance). Returns as smp_call_function_single(); -ENXIO when none of the set is
 * online.
 */
int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info,
			  bool wait) CROSSCALL_MUST_CHECK;

/*
 * on_each_cpu_mask() on those CPUs of *mask for which cond(cpu, info) says yes. -EINVAL for a
 * null 'cond' too.
 */
int on_each_cpu_cond_mask(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait,
			  const struct cpumask *mask) CROSSCALL_MUST_CHECK;

/*
 * Takes a queued request back. True: its function will not run, and the request is busy until its
 * CPU has passed over it. False: it was not queued, is running, or has run. Context: any.
 */
bool csd_cancel(struct call_single_data *csd);

#endif
