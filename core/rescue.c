/* SPDX-License-Identifier: MIT */
/*
 * Rings that were lost on their way: by a device, a firmware, a hypervisor. Coalescing makes such
 * a CPU deaf, since everybody finds its word pending. So a second ring raises nothing and goes to
 * the doorbell itself.
 *
 * It writes no state of its own, and nothing it reads needs an order: that a CPU is stuck is a
 * guess from the outside (two looks, no take between them), and a second ring is always allowed
 * (R2). What the ring is about was published by the first sender: the take that answers finds it
 * (rules 1, 4).
 * One CPU at a time looks: 'watched' in the mux is the caller's.
 */
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>
#include <crosscall/stall.h>

#include "core/smp.h"

void ipi_ring_again(unsigned int cpu, unsigned int ipinr)
{
	struct irq_data *data = irq_get_irq_data(kind_irq(ipinr));
	unsigned long state = port_local_irq_save();

	if (data == NULL || data->domain->chip->ipi_ring_again == NULL) {
		(void)ipi_ring(cpu, ipinr);
	} else {
		struct cpumask mask = cpumask_of(cpu);
		struct cpumask unreached = {{0}};

		/* One that fails is noted by the controller, and is tried again after as long. */
		(void)data->domain->chip->ipi_ring_again(data, &mask, &unreached);
	}
	port_local_irq_restore(state);
}

unsigned int ipi_rescue(void)
{
	struct irq_data *data = irq_get_irq_data(kind_irq(IPI_CALL_FUNC));
	unsigned int rescued = 0;
	struct cpumask online;
	unsigned int cpu;

	if (data == NULL || data->domain->chip->ipi_is_stuck == NULL) {
		return 0;
	}
	cpumask_copy_online(&online);
	for_each_cpu(cpu, &online) {
		if (data->domain->chip->ipi_is_stuck(data, cpu)) {
			ipi_ring_again(cpu, IPI_CALL_FUNC);
			ipi_rescued(IPI_CALL_FUNC);
			rescued++;
		}
	}
	return rescued;
}
