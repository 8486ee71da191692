/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/stop.h>

#include "core/call.h"
#include "core/smp.h"

void ipi_cpu_stop(struct pt_regs *regs)
{
	/*
	 * Offline first: the CPU that asked takes that as the answer, and nothing runs here from
	 * now on. Nobody waits for its TLB either: it catches up if it goes on.
	 */
	bool paused = tlb_pause();

	(void)smp_cpu_dying();
	ipi_ops()->handler[IPI_CPU_STOP](regs);
	/* It came back, so the CPU is to go on. That cannot fail: it was online before. */
	if (smp_cpu_starting() != 0) {
		smp_panic("handler[IPI_CPU_STOP]", "came back and is online already");
	}
	tlb_resume(paused);
}

/* The CPUs of the set that are online, this one left out. */
static void others_online(const struct cpumask *mask, struct cpumask *others)
{
	unsigned long state = port_local_irq_save();

	cpumask_copy_online(others);
	cpumask_and(others, others, mask);
	cpumask_clear_cpu(port_smp_processor_id(), others);
	port_local_irq_restore(state);
}

/* Waits until none of the set is online. */
static int wait_offline(const struct cpumask *mask, struct cpumask *others, uint64_t timeout_ns)
{
	struct call_waiter waiter;

	call_waiter_init(&waiter, smp_irqs_masked(), timeout_ns);
	for (;;) {
		others_online(mask, others);
		if (cpumask_empty(others)) {
			return 0;
		}
		if (port_clock_ns() - waiter.start > timeout_ns) {
			return -ETIMEDOUT;
		}
		call_wait_turn(&waiter);
	}
}

int smp_send_stop_mask(const struct cpumask *mask, uint64_t timeout_ns,
		       struct cpumask *still_online)
{
	struct cpumask others;

	if (mask == NULL || !cpumask_is_possible(mask)) {
		return -EINVAL;
	}
	others_online(mask, &others);
	int err = smp_cross_call(&others, IPI_CPU_STOP, NULL);

	/*
	 * A CPU that went offline meanwhile is what was wanted; one that cannot be rung will
	 * show.
	 */
	if (err == 0 || err == -ENXIO || err == -EIO) {
		struct cpumask asked = others;

		err = wait_offline(&asked, &others, timeout_ns);
	}
	if (still_online != NULL) {
		*still_online = others;
	}
	return err;
}

int smp_send_stop(uint64_t timeout_ns, struct cpumask *still_online)
{
	struct cpumask all;

	cpumask_copy_online(&all);
	return smp_send_stop_mask(&all, timeout_ns, still_online);
}
