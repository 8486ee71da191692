/* SPDX-License-Identifier: MIT */
/* Requests and the queues that carry them: shared by the files behind smp_call.h. */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include <stdbool.h>

#include <crosscall/smp_call.h>

/*
 * A request's life. Written by its owner in IDLE, RESERVED and DONE, by its target from QUEUED
 * on. The races, run against cancel and finish against abandon, are decided by a compare-and-swap
 * out of QUEUED or RUNNING.
 *
 *	IDLE -> RESERVED -> QUEUED ------> IDLE, then the function runs	(asynchronous)
 *			    QUEUED_WAIT -> RUNNING -> DONE -> IDLE	(waiting)
 *			    QUEUED, QUEUED_WAIT -> CANCELLED -> IDLE by the target
 *					   RUNNING -> ABANDONED -> IDLE by the target
 */
enum csd_state {
	CSD_IDLE,
	CSD_RESERVED,
	CSD_QUEUED,
	CSD_QUEUED_WAIT,
	CSD_RUNNING,
	CSD_DONE,
	CSD_CANCELLED,
	CSD_ABANDONED,
};

/*
 * The bits above count the uses of a caller-owned request: a cancel names the use that it means,
 * because the request may have run and been queued again by then.
 */
#define CSD_STATE_MASK 0xffU
#define CSD_USE (CSD_STATE_MASK + 1)

/* core/call_queue.c */
void call_queue_init(unsigned int nr_cpus);

/*
 * Hands the request to 'cpu'. Returns 1 when its doorbell must be rung, 0 when it is on its way
 * to look, -ENXIO when the queue is closed. Interrupts masked.
 */
int call_queue_push(unsigned int cpu, struct call_single_data *csd);

/* Runs everything that is queued for this CPU. Interrupts masked. */
void call_queue_run(void);

/*
 * Runs what is queued for this CPU and poll-safe; the rest waits for call_queue_run(), whose
 * doorbell is still to be answered. For a waiter with interrupts masked.
 */
void call_queue_serve(void);

/*
 * This CPU accepts requests; accepts none any more and has run those it accepted. Interrupts
 * masked.
 */
void call_queue_open(void);
void call_queue_close(void);

/*
 * Takes a request back that was queued with the state 'queued'. True: its function will not run.
 * False: it has run or is running.
 */
bool csd_cancel_use(struct call_single_data *csd, uint32_t queued);

/* Gives a running timed request up. False: it is done. */
bool csd_abandon(struct call_single_data *csd);

/*
 * core/call_pool.c: the requests that each CPU owns. Used on the owning CPU with interrupts
 * masked, but for csd_release(). A chain links reserved requests by 'chain', in the order in
 * which they were reserved.
 */
struct call_pool {
	_Alignas(CROSSCALL_CACHE_LINE) struct call_single_data *csd;
	unsigned int size;
	struct call_single_data *cursor;
	/* Not 0: a request was given up and may not be back. Relaxed: a look at all tells. */
	_Atomic uint32_t given_up;
};

void call_pool_init(unsigned int nr_cpus, void *memory);
struct call_pool *call_pool_here(void);

/* Reserves 'nr' requests as a chain: all of them, or none and null. 'nr' is at least 1. */
struct call_single_data *call_pool_reserve(struct call_pool *pool, unsigned int nr);

/* call_pool_reserve() of one. */
struct call_single_data *call_pool_reserve_one(struct call_pool *pool);

/*
 * A request that was given up stays in its target's queue until that passes over it, and a CPU that
 * never does must not end up with all of them. True: a CPU of the set, *holder, has as many as it
 * may, and gets no more.
 */
bool call_pool_find_holder(struct call_pool *pool, const struct cpumask *mask,
			   unsigned int *holder);
void call_pool_note_given_up(const struct call_single_data *csd);

/* False, as ever when calls are answered in time: call_pool_find_holder() has none to find. */
static inline bool call_pool_has_given_up(const struct call_pool *pool)
{
	return atomic_load_explicit(&pool->given_up, memory_order_relaxed) != 0;
}

/* Who keeps this CPU from requests to *mask: one of them, or the target of its oldest request. */
unsigned int call_pool_holder(const struct cpumask *mask);

/* The next request of the chain; null at its end. */
struct call_single_data *call_pool_next(const struct call_pool *pool,
					const struct call_single_data *csd);

/* Makes 'next' (may be null) follow 'csd'. */
void call_pool_link(const struct call_pool *pool, struct call_single_data *csd,
		    const struct call_single_data *next);

/* Gives a request back that is RESERVED or DONE. Any CPU. */
void csd_release(struct call_single_data *csd);

/* core/smp_call.c */
void call_init(unsigned int nr_cpus, void *memory);

/*
 * Rings a CPU that is owed a ring, and says whether it cannot be rung now either. False at once
 * when nothing is owed.
 */
bool call_is_deaf(unsigned int cpu);

/* Fills a reserved request for 'cpu'. It is QUEUED from now on, and published by its push. */
void csd_fill(struct call_single_data *csd, unsigned int cpu, const struct smp_call *call);

/* core/call_wait.c. One waiter may wait for several requests one after the other. */
struct call_waiter {
	bool masked; /* interrupts are: serve poll-safe requests */
	unsigned int turns;
	uint64_t start;
	uint64_t timeout_ns; /* 0: none */
	/* The ladder of call_wait.c: */
	uint64_t stall_ns;   /* how long until a wait is a stall; 0: never */
	uint64_t stalled_ns; /* when the last report was, counted from 'start' */
	uint64_t asked_ns;   /* when 'asked' was asked for a backtrace, by the clock */
	unsigned int asked;
	unsigned int rung; /* the next */
	const struct call_single_data *rang_again;
};

enum call_rung {
	CALL_PATIENCE,
	CALL_RING_AGAIN,
	CALL_ASK,
	CALL_REPORT,
};

enum call_end {
	CALL_DONE,
	CALL_UNREACHED,	    /* cannot be rung: taken back */
	CALL_UNANSWERED,    /* the time is up: taken back */
	CALL_STILL_RUNNING, /* the time is up: the target frees the request */
};

void call_waiter_init(struct call_waiter *waiter, bool masked, uint64_t timeout_ns);

/*
 * To be called in each turn of a wait for CPU 'dst' that is for no request: asks it for a backtrace
 * and reports in time, with 'what' for what it owes. True: the caller rings again.
 */
bool call_wait_stalled(struct call_waiter *waiter, unsigned int dst, const char *what);

/*
 * To be called in each turn of a wait for requests to the CPUs of *mask: climbs the ladder, at the
 * CPU that keeps them from being free. True once the waiter's deadline, if it has one, is past.
 */
bool call_wait_for_room(struct call_waiter *waiter, const struct cpumask *mask);

/* One turn of any wait for another CPU. */
void call_wait_turn(const struct call_waiter *waiter);

/*
 * Waits until the request's function has returned, or the end above. The request is no longer the
 * caller's.
 */
enum call_end csd_wait(struct call_single_data *csd, struct call_waiter *waiter);

#endif
