/* SPDX-License-Identifier: MIT */
/*
 * SGIs as kinds of IPIs: one each, or all of them through a mux over SGI 0. Beside the mux there
 * are SGIs 1 and 2, for NMI-like kinds.
 */
#include <crosscall/errno.h>
#include <crosscall/ipi.h>
#include <crosscall/ipi_mux.h>
#include <crosscall/irq_domain.h>

#include "irqchip/gic_common.h"

#define MUX_SGI 0
#define MIN_SGIS (IPI_IRQ_WORK + 1) /* set_smp_ipi_range() takes no fewer */
#define NR_MUX_SGIS (GIC_MUX_NMI_SGI + 2)

static const struct gic_sgi_ops *sgi_ops;
static struct irq_domain domain;
static struct ipi_mux mux;

static void sgi_mask(struct irq_data *data)
{
	sgi_ops->mask(data->hwirq);
}

static void sgi_unmask(struct irq_data *data)
{
	sgi_ops->unmask(data->hwirq);
}

static int sgi_send_mask(struct irq_data *data, const struct cpumask *mask,
			 struct ipi_send_result *result)
{
	result->sent += sgi_ops->ring(data->hwirq, mask, &result->unreached);
	return cpumask_empty(&result->unreached) ? 0 : -EIO;
}

static int sgi_send_single(struct irq_data *data, unsigned int cpu)
{
	return sgi_ops->ring_single(data->hwirq, cpu) ? 1 : -EIO;
}

static const struct irq_chip sgi_chip = {
	.name = "gic-sgi",
	.irq_mask = sgi_mask,
	.irq_unmask = sgi_unmask,
	.ipi_send_mask = sgi_send_mask,
	.ipi_send_single = sgi_send_single,
};

static int mux_parent_send(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	(void)data;
	(void)sgi_ops->ring(MUX_SGI, mask, unreached);
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static int mux_parent_send_single(void *data, unsigned int cpu)
{
	(void)data;
	return sgi_ops->ring_single(MUX_SGI, cpu) ? 0 : -EIO;
}

/* Starting over: -EINVAL only says that there was none yet. */
int gic_ipi_remove(void)
{
	if (ipi_mux_destroy(&mux) == -EBUSY || irq_domain_remove(&domain) == -EBUSY) {
		return -EBUSY;
	}
	return 0;
}

static int create_mux(unsigned int nr_sgis, struct doorbell *doorbell)
{
	if (nr_sgis < NR_MUX_SGIS) {
		return -EOPNOTSUPP;
	}
	int err = irq_domain_create_linear(&domain, NR_MUX_SGIS, &sgi_chip, NULL, DOMAIN_BUS_IPI);
	int base = err == 0 ? ipi_mux_create(&mux, NR_IPI, mux_parent_send, NULL) : err;

	if (base < 0) {
		return base;
	}
	ipi_mux_set_send_single(&mux, mux_parent_send_single);
	doorbell->base_irq = (unsigned int)base;
	doorbell->nr_irqs = NR_IPI;
	return 0;
}

static int create_direct(unsigned int nr_sgis, struct doorbell *doorbell)
{
	if (nr_sgis < MIN_SGIS) {
		return -EOPNOTSUPP;
	}
	int err = irq_domain_create_linear(&domain, nr_sgis, &sgi_chip, NULL, DOMAIN_BUS_IPI);

	if (err != 0) {
		return err;
	}
	doorbell->base_irq = irq_find_mapping(&domain, 0);
	doorbell->nr_irqs = nr_sgis;
	return 0;
}

unsigned int gic_ipi_nmi_irq(void)
{
	return gic_config()->mux ? irq_find_mapping(&domain, GIC_MUX_NMI_SGI) : 0;
}

int gic_ipi_create(const struct gic_sgi_ops *ops, unsigned int nr_sgis, struct doorbell *doorbell)
{
	sgi_ops = ops;
	return gic_config()->mux ? create_mux(nr_sgis, doorbell) : create_direct(nr_sgis, doorbell);
}

void gic_ipi_cpu_init(void)
{
	if (gic_config()->mux) {
		sgi_ops->unmask(MUX_SGI);
	}
}

/* An SGI that nobody asked for is counted by the domain as unexpected. */
void gic_ipi_dispatch(unsigned int sgi)
{
	if (gic_config()->mux && sgi == MUX_SGI) {
		ipi_mux_process(&mux);
	} else {
		(void)generic_handle_domain_irq(&domain, sgi);
	}
}
