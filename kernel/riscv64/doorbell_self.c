/* SPDX-License-Identifier: MIT */
#include "kernel/riscv64/doorbell_self.h"

#include <asm/barrier.h>
#include <asm/csr.h>
#include <asm/ssip.h>

#include <crosscall/errno.h>
#include <crosscall/ipi.h>
#include <crosscall/ipi_mux.h>
#include <crosscall/irq_context.h>

#include "kernel/arch.h"

static struct ipi_mux mux;
static percpu_count_t rings;

static int send_mask(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	(void)data;
	*unreached = *mask;
	cpumask_clear_cpu(0, unreached);
	if (cpumask_test_cpu(0, mask)) {
		percpu_count(&rings);
		mb_before_ecall(); /* as for the firmware's doorbell, whose other end is the same */
		csr_set(sip, SIP_SSIP);
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static void handle_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	/* Clear first, take after: see irqchip/sbi_ipi.c. */
	ssip_clear();
	mb_after_pending_clear();
	ipi_mux_process(&mux);
	irq_exit(outer);
}

static int cpu_init(void)
{
	ssip_clear();
	ssip_enable();
	return 0;
}

static uint64_t count_rings(unsigned int cpu)
{
	return cpu == 0 ? percpu_read(&rings) : 0;
}

static struct doorbell self = {
	.name = "self",
	.nr_irqs = NR_IPI,
	.cpu_init = cpu_init,
	.cpu_exit = ssip_disable,
	.handle_irq = handle_irq,
	.rings = count_rings,
};

int doorbell_self_init(const struct doorbell **out)
{
	int base = ipi_mux_create(&mux, NR_IPI, send_mask, NULL);

	if (base < 0) {
		return base;
	}
	self.base_irq = (unsigned int)base;
	*out = &self;
	return 0;
}
