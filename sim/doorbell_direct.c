/* SPDX-License-Identifier: MIT */
/* An interrupt for each kind, as on a GIC: one latch bit each, read and cleared in one go. No mux.
 */
#include "sim/sim.h"

static struct irq_domain domain;

static void direct_mask(struct irq_data *data)
{
	atomic_fetch_and_explicit(&sim_this_cpu()->enabled, ~(UINT32_C(1) << data->hwirq),
				  memory_order_relaxed);
}

/* What is in the latch is delivered when interrupts are unmasked: the caller has them masked. */
static void direct_unmask(struct irq_data *data)
{
	atomic_fetch_or_explicit(&sim_this_cpu()->enabled, UINT32_C(1) << data->hwirq,
				 memory_order_relaxed);
}

static int direct_send_single(struct irq_data *data, unsigned int cpu)
{
	atomic_fetch_add_explicit(&sim_this_cpu()->rings, 1, memory_order_relaxed);
	return sim_faulty_ring(sim_cpu_of(cpu), UINT32_C(1) << data->hwirq) ? 1 : -EIO;
}

static int direct_send_mask(struct irq_data *data, const struct cpumask *mask,
			    struct ipi_send_result *result)
{
	unsigned int cpu;

	atomic_fetch_add_explicit(&sim_this_cpu()->rings, 1, memory_order_relaxed);
	for_each_cpu(cpu, mask) {
		if (sim_faulty_ring(sim_cpu_of(cpu), UINT32_C(1) << data->hwirq)) {
			result->sent++;
		} else {
			cpumask_set_cpu(cpu, &result->unreached);
		}
	}
	return cpumask_empty(&result->unreached) ? 0 : -EIO;
}

static void direct_handle_irq(struct pt_regs *regs)
{
	struct sim_cpu *self = sim_this_cpu();
	struct pt_regs *outer = irq_enter(regs);
	uint32_t enabled = atomic_load_explicit(&self->enabled, memory_order_relaxed);
	/* acq_rel: acquire pairs with sim_ring() */
	uint32_t bits = atomic_fetch_and_explicit(&self->latch, ~enabled, memory_order_acq_rel) &
			enabled;

	for (; bits != 0; bits &= bits - 1) {
		(void)generic_handle_domain_irq(&domain, (unsigned int)__builtin_ctz(bits));
	}
	irq_exit(outer);
}

static int direct_cpu_init(void)
{
	atomic_store_explicit(&sim_this_cpu()->enabled, 0, memory_order_relaxed);
	atomic_store_explicit(&sim_this_cpu()->hears, true, memory_order_relaxed);
	return 0;
}

static void direct_cpu_exit(void)
{
	atomic_store_explicit(&sim_this_cpu()->hears, false, memory_order_relaxed);
}

static uint64_t direct_rings(unsigned int cpu)
{
	return atomic_load_explicit(&sim_cpu_of(cpu)->rings, memory_order_relaxed);
}

static const struct irq_chip direct_chip = {
	.name = "sim-direct",
	.irq_mask = direct_mask,
	.irq_unmask = direct_unmask,
	.ipi_send_mask = direct_send_mask,
	.ipi_send_single = direct_send_single,
};

static struct doorbell direct_doorbell = {
	.name = "direct",
	.nr_irqs = NR_IPI,
	.cpu_init = direct_cpu_init,
	.cpu_exit = direct_cpu_exit,
	.handle_irq = direct_handle_irq,
	.rings = direct_rings,
};

int sim_direct_init(const struct doorbell **out)
{
	int err = irq_domain_create_linear(&domain, NR_IPI, &direct_chip, NULL, DOMAIN_BUS_IPI);

	if (err == 0) {
		direct_doorbell.base_irq = domain.base;
		*out = &direct_doorbell;
	}
	return err;
}
