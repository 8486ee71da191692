/* SPDX-License-Identifier: MIT */
/*
 * A CPU that has nothing to do may look at one word for a while before it sleeps. While it does, a
 * reschedule, a call, a tick, irq_work or a TLB flush for it costs its sender one store to that
 * word and no doorbell (counted as polled). All other kinds ring as ever.
 *
 *	mask interrupts
 *	word = smp_idle_poll_enter()
 *	until smp_idle_poll_wanted(), an interrupt is pending, or it has taken long enough:
 *		pause, or wait on the word by a monitor instruction
 *	if (!smp_idle_poll_leave() && !test_and_clear_need_resched())
 *		wait for an interrupt, still masked
 *	unmask
 *
 * Nothing is lost between the last look and the sleep: whoever comes after smp_idle_poll_leave()
 * rings, and a ring that is pending ends the sleep. docs/ordering.md, rule 18.
 */
#ifndef CROSSCALL_IDLE_H
#define CROSSCALL_IDLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the word holds while this CPU polls and nobody wants anything. Other values say nothing. */
#define SMP_IDLE_POLLING (UINT32_C(1) << 31)

/*
 * From now on this CPU looks at its word, until smp_idle_poll_leave(). It does nothing else: with
 * interrupts enabled between the two only interrupt handlers may run, which must not switch to
 * another thread; while one runs, what is polled waits.
 * Context: on an online CPU, interrupts masked. Does not wait. Panics when they are enabled.
 * Returns the word, in a cache line of its own, to be read only: an instruction that waits for a
 * store to it (LDXR and WFE, LR and WRS) may wait while it is SMP_IDLE_POLLING.
 */
const _Atomic uint32_t *smp_idle_poll_enter(void);

/*
 * True when there is something to leave for: somebody wants this CPU, or it does not poll any more
 * because it was stopped meanwhile. Context: between enter and leave. Orders nothing.
 */
bool smp_idle_poll_wanted(void);

/*
 * Ends it, and serves what was asked for meanwhile: handle_IPI() with null registers for each kind.
 * need_resched stays as it is, for test_and_clear_need_resched(). A call without enter does
 * nothing. Context: on the CPU that entered, interrupts masked. Panics when they are enabled.
 * Ordering: as the handlers of an interrupt; what was stored before the send is visible to them.
 * Returns true when a kind was served: look for work again before you sleep.
 */
bool smp_idle_poll_leave(void);

#endif
