/* SPDX-License-Identifier: MIT */
/*
 * Two lists a CPU, urgent and lazy: stacks that any CPU pushes to and the CPU itself takes whole.
 *
 * Invariant: a work with PENDING in its 'flags' is being pushed or is in exactly one list; the
 * bits above count the CPUs that are in its callback. It is busy while 'flags' is not zero.
 *
 * Writers: 'flags' is changed by read-modify-writes only: PENDING is set by a caller's claim, and
 * cleared by the runner, or by the caller whose push was refused; a runner adds itself in the RMW
 * that clears PENDING, and takes itself away after the callback. 'next' is written by the caller
 * between its claim and the push, and by the CPU whose list it is in from the take to the run. A
 * list's head: any CPU pushes, its own CPU takes, closes and opens.
 *
 *  1. A claim is one fetch_or; it succeeds if PENDING was clear. It is a release also when it
 *     fails: the runner's clear of PENDING, an acquire RMW of the same word, comes later and sees
 *     the caller's stores. When it succeeds it acquires: the last runner has read 'next' before
 *     it cleared PENDING, so the push may write it.
 *  2. A push onto the empty urgent list rings, after the push; a push onto a non-empty one lies
 *     between the push that rang and the take that answers (as in call_queue.c, points 2 and 3).
 *  3. Lazy work is taken by every run, but rung for by nobody: irq_work_tick() is its bound.
 *  4. A work may be queued again once it has begun, and then run on two CPUs at once. Each
 *     counts for itself, and a refused claim takes back PENDING only, which is its own: so 'flags'
 *     is zero when all have returned, and not before. All changes are RMWs, so who finds zero
 *     (acquire) has what every callback stored before it was done (release).
 *  5. Nothing here takes a lock or masks out an NMI: a push that is interrupted by another push
 *     to the same list only repeats its compare-and-swap.
 */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/irq_work.h>
#include <crosscall/port.h>

#include "core/call.h"
#include "core/smp.h"

#define WORK_PENDING UINT32_C(1)
#define WORK_RUNNING UINT32_C(2) /* one of the CPUs that run it */

struct work_lists {
	_Alignas(CROSSCALL_CACHE_LINE) struct irq_work *_Atomic urgent;
	struct irq_work *_Atomic lazy;
};

static struct work_lists work_lists[CROSSCALL_NR_CPUS];

/* Its address marks the urgent list of a CPU that accepts nothing; it is never queued. */
static struct irq_work closed;

/* 1 when the list was empty, 0 when not, -ENXIO when it is closed. */
static int push(struct irq_work *_Atomic *list, struct irq_work *work)
{
	struct irq_work *old = atomic_load_explicit(list, memory_order_relaxed);

	do {
		if (old == &closed) {
			return -ENXIO;
		}
		work->next = old;
		/* rule 5, acq_rel: pairs with run_list(); acquire keeps the ring after the push */
	} while (!atomic_compare_exchange_weak_explicit(list, &old, work, memory_order_acq_rel,
							memory_order_relaxed));
	return old == NULL;
}

static void run_one(struct irq_work *work)
{
	/*
	 * Not pending any more, and run by one more CPU. rule 13, acquire: pairs with the claim;
	 * release: our read of 'next' precedes a new push
	 */
	atomic_fetch_add_explicit(&work->flags, WORK_RUNNING - WORK_PENDING, memory_order_acq_rel);
	work->func(work);
	/* rule 13, release: pairs with irq_work_is_busy() */
	atomic_fetch_sub_explicit(&work->flags, WORK_RUNNING, memory_order_release);
}

static void run_list(struct irq_work *_Atomic *list, struct irq_work *instead)
{
	/* rule 6, acquire: pairs with push() */
	struct irq_work *newest = atomic_exchange_explicit(list, instead, memory_order_acquire);
	struct irq_work *oldest = NULL;

	while (newest != NULL) {
		struct irq_work *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	while (oldest != NULL) {
		struct irq_work *next = oldest->next; /* the work is not ours once it has begun */

		run_one(oldest);
		oldest = next;
	}
}

static bool has_work(struct irq_work *_Atomic *list)
{
	/*
	 * relaxed: only this CPU empties and closes it, and the ring that led here came after its
	 * push
	 */
	struct irq_work *head = atomic_load_explicit(list, memory_order_relaxed);

	return head != NULL && head != &closed;
}

void irq_work_run(void)
{
	struct work_lists *here = &work_lists[port_smp_processor_id()];

	if (has_work(&here->urgent)) {
		run_list(&here->urgent, NULL);
	}
	if (has_work(&here->lazy)) {
		run_list(&here->lazy, NULL);
	}
}

void irq_work_tick(void)
{
	smp_assert_irqs_masked("irq_work_tick");
	irq_work_run();
}

void irq_work_init(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&work_lists[cpu].urgent, &closed, memory_order_relaxed);
		atomic_store_explicit(&work_lists[cpu].lazy, &closed, memory_order_relaxed);
	}
}

void irq_work_open(void)
{
	struct work_lists *here = &work_lists[port_smp_processor_id()];

	/* rule 9, release: pairs with the acquire half of push() */
	atomic_store_explicit(&here->urgent, NULL, memory_order_release);
	/* relaxed: nobody rings for lazy work, so nobody has to find the CPU online */
	atomic_store_explicit(&here->lazy, NULL, memory_order_relaxed);
}

void irq_work_close(void)
{
	struct work_lists *here = &work_lists[port_smp_processor_id()];

	run_list(&here->urgent, &closed);
	run_list(&here->lazy, &closed);
}

/* Makes up for a ring that failed. Interrupts masked. */
static int ring_owed(unsigned int cpu)
{
	return ipi_take_owed(cpu, IPI_IRQ_WORK) ? ipi_send_to(cpu, IPI_IRQ_WORK) : 0;
}

/* Interrupts masked. */
static int push_and_ring(struct irq_work *work, unsigned int cpu)
{
	struct work_lists *there = &work_lists[cpu];
	/* Before the push: from then on it may have run, and be gone. */
	const bool lazy = work->lazy;

	/* Relaxed: a hint for irq_work_sync(). */
	atomic_store_explicit(&work->cpu, cpu, memory_order_relaxed);
	int pushed = push(lazy ? &there->lazy : &there->urgent, work);

	if (pushed < 0 || lazy) {
		return pushed < 0 ? pushed : 0;
	}
	if (pushed == 0 && !ipi_take_owed(cpu, IPI_IRQ_WORK)) {
		ipi_stats_raised(IPI_IRQ_WORK, IPI_SKIPPED);
		return 0;
	}
	int err = ipi_send_to(cpu, IPI_IRQ_WORK);

	/* A CPU that went offline after the push runs the work before it closes its list. */
	return err == -ENXIO ? 0 : err;
}

int irq_work_queue_on(struct irq_work *work, unsigned int cpu)
{
	if (work == NULL || work->func == NULL || cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	/*
	 * rule 13, acq_rel: release pairs with run_one(), also when it was pending already;
	 * acquire with its release, because the push writes 'next'
	 */
	uint32_t old = atomic_fetch_or_explicit(&work->flags, WORK_PENDING, memory_order_acq_rel);

	unsigned long state = port_local_irq_save();

	if ((old & WORK_PENDING) != 0) {
		/* Relaxed: a hint. The ring that failed may be what this one waits for. */
		(void)ring_owed(atomic_load_explicit(&work->cpu, memory_order_relaxed));
		port_local_irq_restore(state);
		return -EBUSY;
	}
	int err = push_and_ring(work, cpu);

	port_local_irq_restore(state);
	if (err == -ENXIO) {
		/* rule 13, release: pairs with the claim of whoever queues it elsewhere */
		atomic_fetch_and_explicit(&work->flags, ~WORK_PENDING, memory_order_release);
	}
	return err;
}

int irq_work_queue(struct irq_work *work)
{
	return irq_work_queue_on(work, port_smp_processor_id());
}

bool irq_work_is_busy(const struct irq_work *work)
{
	/* rule 13, acquire: pairs with the release in run_one() */
	return atomic_load_explicit(&work->flags, memory_order_acquire) != 0;
}

/* One turn. Lazy work waits for a tick, which a ring does not bring about. */
static void await_work(struct irq_work *work, struct call_waiter *waiter)
{
	unsigned int cpu = atomic_load_explicit(&work->cpu, memory_order_relaxed);
	unsigned long state = port_local_irq_save();

	(void)ring_owed(cpu);
	port_local_irq_restore(state);
	if (call_wait_stalled(waiter, cpu, "which has not run irq_work") && !work->lazy) {
		ipi_ring_again(cpu, IPI_IRQ_WORK);
	}
	call_wait_turn(waiter);
}

void irq_work_sync(struct irq_work *work)
{
	struct call_waiter waiter;

	if (smp_irqs_masked()) {
		smp_panic("irq_work_sync", "waits with interrupts masked");
	}
	call_waiter_init(&waiter, false, 0);
	while (irq_work_is_busy(work)) {
		await_work(work, &waiter);
	}
}
