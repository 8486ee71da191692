/* SPDX-License-Identifier: MIT */
/*
 * One queue a CPU: any CPU pushes, the CPU itself takes everything at once.
 *
 * 'head' is a stack of requests, null when empty, CLOSED while the CPU accepts nothing. Pushers
 * change it by compare-and-swap, the owner by exchange; 'next' of a request is written by its
 * pusher before the push and by the taker after the take, never by both at once.
 *
 * Accepted means executed, exactly once:
 *  1. A push that succeeds puts the request into the list at one point of head's modification
 *     order. The next change that is not a push is the owner's exchange, and that takes the whole
 *     list. So each request is in exactly one taken list.
 *  2. A push onto the empty list rings after the push. The CPU's entry that answers the ring
 *     takes at or after that push, or an earlier entry has taken already. So the list of a
 *     ringing pusher is taken.
 *  3. A push onto a non-empty list does not ring: back to the last take, the list was made
 *     non-empty by a push that rings (2), and the take which answers comes later in the order
 *     than both.
 *  4. If the ring of point 2 fails, its pusher notes the CPU as owed; a later push, and a waiting
 *     caller, rings then although the list is not empty.
 *  5. Going offline exchanges the list for CLOSED and runs what it took. A push is before that
 *     exchange in the order, and executed, or after it, and refused. There is no third case, and
 *     nobody else has to stop.
 *  6. What the caller stored before the push (release half) is seen by the function (acquire half
 *     of the take); between them stand only RMWs, which continue the release sequence.
 *  7. First-in first-out per pusher: a stack taken whole and reversed is in push order.
 *
 * Request memory: the target reads 'next', 'func' and 'info' before the store that lets the owner
 * reuse the request (release, pairs with the acquire of csd_is_busy(), csd_wait() or
 * call_pool_reserve()).
 */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/errno.h>
#include <crosscall/port.h>

#include "core/call.h"
#include "core/smp.h"

/* 'head' is shared; the list of what was taken and not run yet is the CPU's own. */
struct call_queue {
	_Alignas(CROSSCALL_CACHE_LINE) struct call_single_data *_Atomic head;
	_Alignas(CROSSCALL_CACHE_LINE) struct call_single_data *first;
	struct call_single_data *last;
};

static struct call_queue queues[CROSSCALL_NR_CPUS];

/* Its address is the mark; it is never queued. */
static struct call_single_data closed;

static struct call_queue *queue_here(void)
{
	return &queues[port_smp_processor_id()];
}

void call_queue_init(unsigned int nr_cpus)
{
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&queues[cpu].head, &closed, memory_order_relaxed);
	}
}

int call_queue_push(unsigned int cpu, struct call_single_data *csd)
{
	struct call_queue *queue = &queues[cpu];
	struct call_single_data *old = atomic_load_explicit(&queue->head, memory_order_relaxed);

	do {
		if (old == &closed) {
			return -ENXIO;
		}
		csd->next = old;
		/*
		 * rule 5, acq_rel: release pairs with take(); acquire keeps the ring after the
		 * push
		 */
	} while (!atomic_compare_exchange_weak_explicit(
		&queue->head, &old, csd, memory_order_acq_rel, memory_order_relaxed));
	return old == NULL || ipi_take_owed(cpu, IPI_CALL_FUNC);
}

/* Appends the whole list to what is to be run, oldest first, and leaves 'instead' in its place. */
static void take(struct call_queue *queue, struct call_single_data *instead)
{
	/*
	 * rules 6 and 9, acquire: pairs with the push. No release: a pusher reads nothing through
	 * the null or CLOSED that is left here
	 */
	struct call_single_data *newest =
		atomic_exchange_explicit(&queue->head, instead, memory_order_acquire);
	struct call_single_data *oldest = NULL;

	if (newest == NULL) {
		return;
	}
	for (struct call_single_data *csd = newest; csd != NULL;) {
		struct call_single_data *next = csd->next;

		csd->next = oldest;
		oldest = csd;
		csd = next;
	}
	if (queue->first == NULL) {
		queue->first = oldest;
	} else {
		queue->last->next = oldest;
	}
	queue->last = newest;
}

static void take_waiting(struct call_queue *queue)
{
	/*
	 * relaxed: only this CPU closes and empties the queue, and a ring that led here came
	 * after its push, so a null here means that an earlier entry has taken it.
	 */
	struct call_single_data *head = atomic_load_explicit(&queue->head, memory_order_relaxed);

	if (head != NULL && head != &closed) {
		take(queue, NULL);
	}
}

/*
 * Unlinks the oldest request that is to be run (and poll-safe, if asked); null when there is
 * none.
 */
static struct call_single_data *pop(struct call_queue *queue, bool only_poll_safe)
{
	struct call_single_data *before = NULL;
	struct call_single_data *csd = queue->first;

	while (csd != NULL && only_poll_safe && !csd->poll_safe) {
		before = csd;
		csd = csd->next;
	}
	if (csd == NULL) {
		return NULL;
	}
	if (before == NULL) {
		queue->first = csd->next;
	} else {
		before->next = csd->next;
	}
	if (queue->last == csd) {
		queue->last = before;
	}
	return csd;
}

static uint32_t with_state(uint32_t word, enum csd_state state)
{
	return (word & ~CSD_STATE_MASK) | state;
}

static bool change(struct call_single_data *csd, uint32_t from, uint32_t to)
{
	/*
	 * rule 8, release: our reads of the request come before the owner may reuse it. No
	 * acquire: what the winner then reads of the request came with the take
	 */
	return atomic_compare_exchange_strong_explicit(&csd->state, &from, to, memory_order_release,
						       memory_order_relaxed);
}

/* A waiting request's function has returned. */
static void finish(struct call_single_data *csd)
{
	if (!csd->timed) {
		/* rule 7, release: the function's stores; pairs with the acquire in csd_wait() */
		atomic_store_explicit(&csd->state, CSD_DONE, memory_order_release);
	} else if (!change(csd, CSD_RUNNING, CSD_DONE)) {
		/* Abandoned. Rule 8, release: pairs with the acquire of whoever reuses it */
		atomic_store_explicit(&csd->state, CSD_IDLE, memory_order_release);
	}
}

static void run(struct call_single_data *csd)
{
	smp_call_func_t func = csd->func;
	void *info = csd->info;
	/* relaxed: the take has acquired it; only a cancel may change it now, and the CAS tells */
	uint32_t word = atomic_load_explicit(&csd->state, memory_order_relaxed);
	uint32_t idle = with_state(word, CSD_IDLE);

	if (change(csd, with_state(word, CSD_QUEUED), idle)) {
		func(info); /* the request may be queued again already */
	} else if (change(csd, CSD_QUEUED_WAIT, CSD_RUNNING)) {
		func(info);
		finish(csd);
	} else {
		/* Cancelled. Rule 8, release: pairs with the acquire of whoever reuses it */
		atomic_store_explicit(&csd->state, idle, memory_order_release);
	}
}

/* Each turn looks anew: a function may wait, and serve from the same list, before it returns. */
static void run_taken(struct call_queue *queue, bool only_poll_safe)
{
	struct call_single_data *csd = pop(queue, only_poll_safe);

	while (csd != NULL) {
		run(csd);
		csd = pop(queue, only_poll_safe);
	}
}

void call_queue_run(void)
{
	struct call_queue *queue = queue_here();

	take_waiting(queue);
	run_taken(queue, false);
}

void call_queue_serve(void)
{
	struct call_queue *queue = queue_here();

	take_waiting(queue);
	run_taken(queue, true);
}

void call_queue_open(void)
{
	/* rule 9, release: pairs with the acquire half of the push */
	atomic_store_explicit(&queue_here()->head, NULL, memory_order_release);
}

void call_queue_close(void)
{
	struct call_queue *queue = queue_here();

	take(queue, &closed);
	run_taken(queue, false);
}

bool csd_cancel_use(struct call_single_data *csd, uint32_t queued)
{
	return change(csd, queued, with_state(queued, CSD_CANCELLED));
}

bool csd_cancel(struct call_single_data *csd)
{
	/* relaxed: the compare-and-swap decides */
	uint32_t word = atomic_load_explicit(&csd->state, memory_order_relaxed);

	return (word & CSD_STATE_MASK) == CSD_QUEUED && csd_cancel_use(csd, word);
}

bool csd_abandon(struct call_single_data *csd)
{
	return change(csd, CSD_RUNNING, CSD_ABANDONED);
}
