/* SPDX-License-Identifier: MIT */
/*
 * One latch a CPU with the mux over it, as on a machine whose software interrupt is one bit:
 * pending is seen by one access, cleared by another.
 */
#include "sim/sim.h"

static struct ipi_mux mux;

static int mux_send(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	struct sim_cpu *self = sim_this_cpu();
	unsigned int cpu;

	(void)data;
	atomic_fetch_add_explicit(&self->rings, 1, memory_order_relaxed);
	for_each_cpu(cpu, mask) {
		if (!sim_faulty_ring(sim_cpu_of(cpu), 1)) {
			cpumask_set_cpu(cpu, unreached);
		}
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static int mux_send_single(void *data, unsigned int cpu)
{
	(void)data;
	atomic_fetch_add_explicit(&sim_this_cpu()->rings, 1, memory_order_relaxed);
	return sim_faulty_ring(sim_cpu_of(cpu), 1) ? 0 : -EIO;
}

static void mux_handle_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	/* Clear first, take after. acq_rel: acquire pairs with sim_ring(). */
	(void)atomic_exchange_explicit(&sim_this_cpu()->latch, 0, memory_order_acq_rel);
	ipi_mux_process(&mux);
	irq_exit(outer);
}

static int mux_cpu_init(void)
{
	atomic_store_explicit(&sim_this_cpu()->hears, true, memory_order_relaxed);
	return 0;
}

static void mux_cpu_exit(void)
{
	atomic_store_explicit(&sim_this_cpu()->hears, false, memory_order_relaxed);
}

static uint64_t mux_rings(unsigned int cpu)
{
	return atomic_load_explicit(&sim_cpu_of(cpu)->rings, memory_order_relaxed);
}

static struct doorbell mux_doorbell = {
	.name = "mux",
	.nr_irqs = NR_IPI,
	.cpu_init = mux_cpu_init,
	.cpu_exit = mux_cpu_exit,
	.handle_irq = mux_handle_irq,
	.rings = mux_rings,
};

int sim_mux_init(const struct doorbell **out)
{
	int base = ipi_mux_create(&mux, NR_IPI, mux_send, NULL);

	if (base < 0) {
		return base;
	}
	ipi_mux_set_send_single(&mux, mux_send_single);
	mux_doorbell.base_irq = (unsigned int)base;
	*out = &mux_doorbell;
	return 0;
}
