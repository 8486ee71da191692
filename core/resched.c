/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/resched.h>

#include "core/idle.h"
#include "core/smp.h"

/*
 * NEED is set by any CPU, cleared by its own, before that looks at its run queue. Whoever sets it
 * first rings after that, or has found the CPU polling (idle.c). All accesses that decide are RMWs
 * of one word, so a setter either finds it set, and the clear is still to come and reads the
 * setter's stores, or rings, or knows that the CPU looks.
 */

/* True when the ring that NEED stands for failed, and nobody else is to make up for it. */
static bool take_owed(_Atomic uint32_t *word)
{
	/* relaxed: the setter has released already; decides only who rings */
	return (atomic_fetch_and_explicit(word, ~IDLE_OWED, memory_order_relaxed) & IDLE_OWED) != 0;
}

/* Interrupts masked, the CPU number checked. */
static int resched_remote(unsigned int cpu)
{
	_Atomic uint32_t *word = &idle_cpu[cpu].word;
	/* rule 11, acq_rel: pairs with the acquire in test_and_clear_need_resched() */
	uint32_t old = atomic_fetch_or_explicit(word, IDLE_NEED, memory_order_acq_rel);

	if ((old & IDLE_NEED) != 0 && ((old & IDLE_OWED) == 0 || !take_owed(word))) {
		ipi_stats_raised(IPI_RESCHEDULE, IPI_SKIPPED);
		return 0;
	}
	if ((old & SMP_IDLE_POLLING) != 0) {
		ipi_stats_raised(IPI_RESCHEDULE, IPI_POLLED);
		return 0;
	}
	int err = smp_send_reschedule(cpu);

	if (err != 0) {
		/*
		 * Not cleared: another setter may have set and rung meanwhile. relaxed, but a
		 * read-modify-write, which hands on what that setter released.
		 */
		atomic_fetch_or_explicit(word, IDLE_NEED | IDLE_OWED, memory_order_relaxed);
	}
	return err;
}

int resched_cpu(unsigned int cpu)
{
	if (cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	if (!cpu_online(cpu)) {
		return -ENXIO;
	}
	unsigned long state = port_local_irq_save();
	int err = resched_remote(cpu);

	port_local_irq_restore(state);
	return err;
}

/*
 * NEED that is left from before this CPU was offline: the ring that it stands for may have gone
 * with the doorbell's state. Relaxed: only this CPU clears it, and the online bit comes after.
 */
void resched_owe_ring(void)
{
	_Atomic uint32_t *word = &idle_cpu[port_smp_processor_id()].word;

	if ((atomic_load_explicit(word, memory_order_relaxed) & IDLE_NEED) != 0) {
		atomic_fetch_or_explicit(word, IDLE_OWED, memory_order_relaxed);
	}
}

bool need_resched(void)
{
	/* relaxed: a hint; test_and_clear_need_resched() is what orders */
	return (atomic_load_explicit(&idle_cpu[port_smp_processor_id()].word,
				     memory_order_relaxed) &
		IDLE_NEED) != 0;
}

bool test_and_clear_need_resched(void)
{
	/*
	 * rule 11, acq_rel: pairs with the release in resched_remote(); release keeps the clear
	 * in the same order
	 */
	return (atomic_fetch_and_explicit(&idle_cpu[port_smp_processor_id()].word,
					  ~(IDLE_NEED | IDLE_OWED), memory_order_acq_rel) &
		IDLE_NEED) != 0;
}
