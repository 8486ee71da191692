/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdint.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/resched.h>

#include "core/smp.h"

/*
 * Set by any CPU, cleared by its own. A set flag means that its setter rings, or has rung, after
 * setting it; the CPU clears the flag before it looks at its run queue. All accesses that decide
 * are RMWs of one word, so a setter either finds it set, and the clear is still to come and reads
 * the setter's stores, or rings.
 */
struct resched_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t need;
};

/*
 * Two bits: both mean that the CPU has to look; OWED that the ring failed, so that the next
 * setter rings.
 */
#define NEED_RUNG 1U
#define NEED_OWED 2U

static struct resched_cpu resched[CROSSCALL_NR_CPUS];

void resched_init(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&resched[cpu].need, 0, memory_order_relaxed);
	}
}

/* Interrupts masked, the CPU number checked. */
static int resched_remote(unsigned int cpu)
{
	/* rule 11, acq_rel: pairs with the acquire in test_and_clear_need_resched() */
	if (atomic_exchange_explicit(&resched[cpu].need, NEED_RUNG, memory_order_acq_rel) ==
	    NEED_RUNG) {
		ipi_skipped(IPI_RESCHEDULE, 1);
		return 0;
	}
	int err = smp_send_reschedule(cpu);

	if (err != 0) {
		/*
		 * Not cleared: another setter may have set and rung meanwhile. relaxed, but a
		 * read-modify-write, which hands on what that setter released.
		 */
		atomic_fetch_or_explicit(&resched[cpu].need, NEED_OWED, memory_order_relaxed);
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

bool need_resched(void)
{
	/* relaxed: a hint; test_and_clear_need_resched() is what orders */
	return atomic_load_explicit(&resched[port_smp_processor_id()].need, memory_order_relaxed) !=
	       0;
}

bool test_and_clear_need_resched(void)
{
	/*
	 * rule 11, acq_rel: pairs with the release in resched_remote(); release keeps the clear
	 * in the same order
	 */
	return atomic_exchange_explicit(&resched[port_smp_processor_id()].need, 0,
					memory_order_acq_rel) != 0;
}
