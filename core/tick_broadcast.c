/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>
#include <crosscall/tick_broadcast.h>

#include "core/smp.h"

int tick_broadcast(const struct cpumask *mask)
{
	struct cpumask targets;

	smp_assert_irqs_masked("tick_broadcast");
	if (mask == NULL || !cpumask_is_possible(mask)) {
		return -EINVAL;
	}
	unsigned int self = port_smp_processor_id();
	bool local = cpumask_test_cpu(self, mask);

	cpumask_copy_online(&targets);
	cpumask_and(&targets, &targets, mask);
	cpumask_clear_cpu(self, &targets);
	int err = kind_sendable(IPI_TIMER);

	if (err < 0) {
		return err;
	}
	err = smp_cross_call(&targets, IPI_TIMER, NULL);
	if (local) {
		struct pt_regs *outer = irq_enter(get_irq_regs());

		kind_handler(IPI_TIMER)(get_irq_regs());
		irq_exit(outer);
	}
	return err == -ENXIO ? 0 : err; /* one went offline since the look: left out too */
}
