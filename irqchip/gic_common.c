/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include <asm/io.h>

#include <crosscall/errno.h>
#include <crosscall/port.h>

#include "irqchip/gic_common.h"
#include "irqchip/gic_sgi.h"

#define TYPER_LINES_MASK 0x1fU /* 32 * (field + 1) interrupts */
#define SPI_MAX 1020U
#define PRIORITIES(p) ((uint32_t)(p)*UINT32_C(0x01010101))

/*
 * Written by its own CPU only, also from NMI-like interrupts; relaxed, because a count orders
 * nothing.
 */
struct gic_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic unsigned long rings;
	_Atomic unsigned long spurious;
};

static struct gic_cpu gic_cpu[CROSSCALL_NR_CPUS];
static struct gic_config facts;

static char *reg(void *base, unsigned int offset)
{
	return (char *)base + offset;
}

int gic_common_init(const struct gic_config *config)
{
	if (config == NULL || config->dist == NULL || config->mpidr == NULL ||
	    config->nr_cpus == 0 || config->report == NULL ||
	    (config->private_mask & 0xffff) != 0 ||
	    (config->private_mask != 0 && config->private_irq == NULL)) {
		return -EINVAL;
	}
	if (config->nr_cpus > CROSSCALL_NR_CPUS) {
		return -ERANGE;
	}
	int err = gic_ipi_remove();

	if (err == 0) {
		facts = *config;
	}
	return err;
}

const struct gic_config *gic_config(void)
{
	return &facts;
}

void gic_report(const char *line)
{
	facts.report(line);
}

bool gic_poll(const void *address, uint32_t bits, uint32_t value)
{
	for (unsigned int poll = 0; poll < GIC_MAX_POLLS; poll++) {
		if ((read32_relaxed(address) & bits) == value) {
			return true;
		}
		port_cpu_relax();
	}
	return false;
}

void gic_private_init(void *base, uint32_t igroup)
{
	write32_relaxed(reg(base, GIC_ICENABLER0), ~UINT32_C(0));
	write32_relaxed(reg(base, GIC_ICPENDR0), ~UINT32_C(0));
	write32_relaxed(reg(base, GIC_ICACTIVER0), ~UINT32_C(0));
	write32_relaxed(reg(base, GIC_IGROUPR0), igroup);
	for (unsigned int intid = 0; intid < 32; intid += 4) {
		write32_relaxed(
			reg(base, GIC_IPRIORITYR + intid),
			PRIORITIES(intid < GIC_NR_SGIS ? GIC_PRIORITY_SGI : GIC_PRIORITY_DEFAULT));
	}
}

unsigned int gic_owned_sgis(const void *base)
{
	unsigned int sgi = 0;

	while (sgi < GIC_NR_SGIS && read8_relaxed((const char *)base + GIC_IPRIORITYR + sgi) != 0) {
		sgi++;
	}
	return sgi;
}

void gic_spi_init(void *dist, uint32_t igroup)
{
	unsigned int lines = 32 * ((read32_relaxed(reg(dist, GICD_TYPER)) & TYPER_LINES_MASK) + 1);

	for (unsigned int intid = 32; intid < lines && intid < SPI_MAX; intid += 32) {
		write32_relaxed(reg(dist, GIC_ICENABLER0 + intid / 8), ~UINT32_C(0));
		write32_relaxed(reg(dist, GIC_IGROUPR0 + intid / 8), igroup);
		for (unsigned int i = 0; i < 32; i += 4) {
			write32_relaxed(reg(dist, GIC_IPRIORITYR + intid + i),
					PRIORITIES(GIC_PRIORITY_DEFAULT));
		}
	}
}

void gic_private_dispatch(unsigned int intid, struct pt_regs *regs)
{
	if (intid < 32 && (facts.private_mask & (UINT32_C(1) << intid)) != 0) {
		facts.private_irq(intid, regs);
	}
}

static void add(_Atomic unsigned long *counter, unsigned long n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void gic_spurious(void)
{
	add(&gic_cpu[port_smp_processor_id()].spurious, 1);
}

void gic_count_rings(unsigned long writes)
{
	add(&gic_cpu[port_smp_processor_id()].rings, writes);
}

uint64_t gic_rings(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS
		       ? atomic_load_explicit(&gic_cpu[cpu].rings, memory_order_relaxed)
		       : 0;
}

uint64_t gic_spurious_count(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS
		       ? atomic_load_explicit(&gic_cpu[cpu].spurious, memory_order_relaxed)
		       : 0;
}
