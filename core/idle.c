/* SPDX-License-Identifier: MIT */
/*
 * One word a CPU: POLLING, NEED (and OWED), and a bit for each kind that was sent while it polled.
 *
 * Writers: POLLING is set and cleared by the CPU itself. A kind's bit is set by any CPU, only by a
 * compare-and-swap that finds POLLING set; the CPU clears it, together with POLLING. NEED is set
 * by any CPU and cleared by its own (resched.c). Every write is an RMW of this one word, so all of
 * them stand in one order, and each returns the one before it.
 *
 * Invariant: a kind's bit is set only while POLLING is.
 *
 * A sender needs no doorbell when its bit went in:
 *  1. Its compare-and-swap found POLLING set. POLLING is cleared only by a fetch_and that takes the
 *     kinds as well (leave, or going offline), so that fetch_and comes later in the order, and
 *     returns the bit, unless an earlier one has: it is served exactly once.
 *  2. The fetch_and comes: a CPU that polls looks at its word, leaves when it is not just POLLING,
 *     and leaves before it does anything else.
 *  3. What the sender stored before (release) is seen by the handler (acquire): between the two
 *     stand only RMWs, which continue the release sequence.
 *  4. Otherwise it rings. A first look that is old costs a ring too many (it missed POLLING) or
 *     nothing (the compare-and-swap fails, and looks again).
 *
 * The same for a setter of NEED that finds POLLING set: the fetch_and of leave() comes later, the
 * CPU's next look at NEED later still, so it finds NEED, or has cleared it after that setter.
 *
 * The sleep: leave, look at NEED, wait for an interrupt, all of it masked. A sender or setter
 * stands before that fetch_and in the order, and was seen; or after it, and has not found POLLING:
 * it rings, and the interrupt stays pending and ends the sleep.
 */
#include "core/idle.h"

#include <crosscall/port.h>

#include "core/bits.h"
#include "core/smp.h"

/* Handlers of these need no registers, and let the CPU come back. */
#define POLLED_KINDS                                                                               \
	(1U << IPI_RESCHEDULE | 1U << IPI_CALL_FUNC | 1U << IPI_TIMER | 1U << IPI_IRQ_WORK |       \
	 1U << IPI_TLB_FLUSH)

struct idle_cpu idle_cpu[CROSSCALL_NR_CPUS];

static _Atomic uint32_t *word_here(void)
{
	return &idle_cpu[port_smp_processor_id()].word;
}

void idle_init(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&idle_cpu[cpu].word, 0, memory_order_relaxed);
	}
}

/* The word as it was when the bit went in; without POLLING when it did not. */
static uint32_t set_if_polling(_Atomic uint32_t *word, uint32_t bit)
{
	/* relaxed: a CPU that does not poll is rung, which orders by itself */
	uint32_t old = atomic_load_explicit(word, memory_order_relaxed);

	while ((old & SMP_IDLE_POLLING) != 0) {
		/* rule 18, release: pairs with idle_take(), also when the bit was set already */
		if (atomic_compare_exchange_weak_explicit(
			    word, &old, old | bit, memory_order_release, memory_order_relaxed)) {
			break;
		}
	}
	return old;
}

enum ipi_stat idle_tell(unsigned int cpu, unsigned int ipinr)
{
	uint32_t bit = UINT32_C(1) << ipinr;

	if ((POLLED_KINDS & bit) == 0) {
		return IPI_SENT;
	}
	uint32_t old = set_if_polling(&idle_cpu[cpu].word, bit);

	if ((old & SMP_IDLE_POLLING) == 0) {
		return IPI_SENT;
	}
	return (old & bit) != 0 ? IPI_COALESCED : IPI_POLLED;
}

bool idle_take(void)
{
	/* rule 18, acquire: pairs with idle_tell() */
	uint32_t kinds = atomic_fetch_and_explicit(word_here(), ~(SMP_IDLE_POLLING | IDLE_KINDS),
						   memory_order_acquire) &
			 IDLE_KINDS;

	for (uint32_t left = kinds; left != 0; left &= left - 1) {
		ipi_deliver(lowest_bit(left));
	}
	return kinds != 0;
}

const _Atomic uint32_t *smp_idle_poll_enter(void)
{
	_Atomic uint32_t *word = word_here();

	smp_assert_irqs_masked("smp_idle_poll_enter");
	/* relaxed: publishes nothing; an RMW, which hands on what a setter of NEED released */
	atomic_fetch_or_explicit(word, SMP_IDLE_POLLING, memory_order_relaxed);
	return word;
}

bool smp_idle_poll_wanted(void)
{
	/* relaxed: idle_take() is what orders */
	return atomic_load_explicit(word_here(), memory_order_relaxed) != SMP_IDLE_POLLING;
}

bool smp_idle_poll_leave(void)
{
	smp_assert_irqs_masked("smp_idle_poll_leave");
	return idle_take();
}
