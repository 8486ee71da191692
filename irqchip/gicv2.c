/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include <asm/io.h>
#include <asm/sysreg.h>

#include <crosscall/errno.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>

#include "irqchip/gic_sgi.h"
#include "irqchip/gicv2.h"

#define GICD_ITARGETSR0 0x800
#define GICD_SGIR 0xf00
#define GICD_CPENDSGIR0 0xf10 /* four words: which CPU's SGIs are pending here */

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_APR0 0xd0 /* four words */
#define GICC_IIDR 0xfc
#define GICC_NSAPR0 0xe0 /* four words */

#define CTLR_ENABLE UINT32_C(1)
#define TYPER_CPUS(typer) (((typer) >> 5 & 7) + 1)
#define IIDR_VERSION(iidr) ((iidr) >> 16 & 0xf)
#define IAR_INTID(iar) ((iar)&0x3ff)
#define ALL_SGIS UINT32_C(0xffff)
#define PRIORITY_NEVER 0xff /* the mask holds it back; it stays pending */

static void *gicc_base;

/*
 * Each CPU's bit in target lists, 0 until it has read it. Written by the CPU in cpu_init(), which
 * comes before it is online; relaxed, because nobody rings it earlier. And cleared when it has gone
 * offline: release and acquire, so that who finds no bit finds it offline too (rule 10).
 */
static _Atomic uint8_t target[GICV2_MAX_CPUS];

static char *dist(unsigned int offset)
{
	return (char *)gic_config()->dist + offset;
}

static char *gicc(unsigned int offset)
{
	return (char *)gicc_base + offset;
}

static unsigned int count_bits(uint32_t bits)
{
	unsigned int count = 0;

	for (; bits != 0; bits &= bits - 1) {
		count++;
	}
	return count;
}

/* One write, of a value of gic_sgi.h. */
static void write_sgir(uint32_t value)
{
	dmb(ishst); /* rule R1; pairs with the dsb after the target's GICC_IAR */
	write32_relaxed(dist(GICD_SGIR), value);
	gic_count_rings(1);
}

static bool gicv2_ring_single(unsigned int sgi, unsigned int cpu)
{
	uint8_t bit = 0;

	if (cpu < GICV2_MAX_CPUS) {
		/* rule 10, acquire: pairs with gicv2_cpu_exit() */
		bit = atomic_load_explicit(&target[cpu], memory_order_acquire);
	}
	if (bit == 0) {
		return false;
	}
	write_sgir(gicv2_sgir_single(bit, sgi));
	return true;
}

static unsigned int gicv2_ring(unsigned int sgi, const struct cpumask *mask,
			       struct cpumask *unreached)
{
	uint8_t bits[GICV2_MAX_CPUS];

	for (unsigned int cpu = 0; cpu < GICV2_MAX_CPUS; cpu++) {
		/* rule 10, acquire: pairs with gicv2_cpu_exit() */
		bits[cpu] = atomic_load_explicit(&target[cpu], memory_order_acquire);
	}
	uint32_t value = gicv2_sgir(bits, sgi, mask, unreached);

	if ((value & GICV2_SGIR_TARGETS) == 0) {
		return 0;
	}
	write_sgir(value);
	return count_bits(value & GICV2_SGIR_TARGETS);
}

/*
 * By priority, because the architecture lets a GIC have SGIs that are always enabled: one that is
 * held back by the priority mask stays pending on every GIC.
 */
static void gicv2_mask(unsigned int sgi)
{
	write8_relaxed(dist(GIC_IPRIORITYR + sgi), PRIORITY_NEVER);
}

static void gicv2_unmask(unsigned int sgi)
{
	write8_relaxed(dist(GIC_IPRIORITYR + sgi), GIC_PRIORITY_SGI);
}

static void gicv2_handle_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);
	uint32_t iar = read32_relaxed(gicc(GICC_IAR));
	uint32_t intid = IAR_INTID(iar);

	dsb(sy); /* the acknowledgement is done before what the sender stored is read: rule R2 */
	if (intid < GIC_NR_SGIS) {
		/* The whole value: an SGI is ended for the CPU that sent it, bits [12:10]. */
		write32_relaxed(gicc(GICC_EOIR), iar);
		gic_ipi_dispatch(intid);
	} else if (gic_intid_is_special(intid)) {
		gic_spurious();
	} else {
		/* A level: ended after its handler has quieted it. */
		gic_private_dispatch(intid, regs);
		write32_relaxed(gicc(GICC_EOIR), iar);
	}
	irq_exit(outer);
}

/* This CPU's bit, in whichever byte the distributor shows it; a GIC for one CPU shows none. */
static uint8_t read_target(void)
{
	uint32_t word = read32_relaxed(dist(GICD_ITARGETSR0));

	if (TYPER_CPUS(read32_relaxed(dist(GICD_TYPER))) == 1) {
		return 1;
	}
	word |= word >> 16;
	return (uint8_t)(word | word >> 8);
}

static void private_init(void)
{
	gic_private_init(dist(0), 0);
	for (unsigned int sgi = 0; sgi < GIC_NR_SGIS; sgi += 4) {
		write32_relaxed(dist(GICD_CPENDSGIR0 + sgi), ~UINT32_C(0));
	}
}

static void enable_cpu_interface(void)
{
	for (unsigned int i = 0; i < 16; i += 4) {
		write32_relaxed(gicc(GICC_APR0 + i), 0);
		write32_relaxed(gicc(GICC_NSAPR0 + i), 0);
	}
	write32_relaxed(gicc(GICC_BPR), 0);
	write32_relaxed(gicc(GICC_PMR), GIC_PRIORITY_OPEN);
	write32_relaxed(gicc(GICC_CTLR), CTLR_ENABLE);
}

static void mask_all(void)
{
	for (unsigned int sgi = 0; sgi < GIC_NR_SGIS; sgi++) {
		gicv2_mask(sgi);
	}
}

/* All but the SGIs, which their priority holds back. */
static void init_this_cpu(void)
{
	private_init();
	mask_all();
	write32_relaxed(dist(GIC_ISENABLER0), ALL_SGIS | gic_config()->private_mask);
	enable_cpu_interface();
}

static int gicv2_cpu_init(void)
{
	unsigned int cpu = port_smp_processor_id();

	if (cpu >= GICV2_MAX_CPUS) {
		gic_report("gicv2: it serves no more than 8 CPUs");
		return -ENXIO;
	}
	uint8_t bit = read_target();

	if (bit == 0) {
		gic_report("gicv2: the distributor shows no target bit to this CPU "
			   "(GICD_ITARGETSR0)");
		return -ENXIO;
	}
	init_this_cpu();
	atomic_store_explicit(&target[cpu], bit, memory_order_relaxed);
	gic_ipi_cpu_init();
	return 0;
}

/* Only the SGIs: the kernel's own interrupts still reach a CPU that is offline. */
static void gicv2_cpu_exit(void)
{
	/* rule 10, release: pairs with gicv2_ring() */
	atomic_store_explicit(&target[port_smp_processor_id()], 0, memory_order_release);
	mask_all();
}

static const struct gic_sgi_ops gicv2_ops = {
	.mask = gicv2_mask,
	.unmask = gicv2_unmask,
	.ring = gicv2_ring,
	.ring_single = gicv2_ring_single,
};

static struct doorbell gicv2 = {
	.cpu_init = gicv2_cpu_init,
	.cpu_exit = gicv2_cpu_exit,
	.handle_irq = gicv2_handle_irq,
	.rings = gic_rings,
};

static int init_distributor(void)
{
	if (IIDR_VERSION(read32_relaxed(gicc(GICC_IIDR))) != 2) {
		gic_report("gicv2: GICC_IIDR names a GIC version other than 2");
		return -EOPNOTSUPP;
	}
	write32_relaxed(dist(GICD_CTLR), 0);
	gic_spi_init(dist(0), 0);
	write32_relaxed(dist(GICD_CTLR), CTLR_ENABLE);
	for (unsigned int cpu = 0; cpu < GICV2_MAX_CPUS; cpu++) {
		atomic_store_explicit(&target[cpu], 0, memory_order_relaxed);
	}
	return 0;
}

int gicv2_init(const struct gicv2_config *config, const struct doorbell **out)
{
	if (config == NULL || out == NULL || config->cpu_interface == NULL) {
		return -EINVAL;
	}
	int err = gic_common_init(&config->gic);

	if (err == 0) {
		gicc_base = config->cpu_interface;
		err = init_distributor();
	}
	if (err != 0) {
		return err;
	}
	private_init();
	err = gic_ipi_create(&gicv2_ops, gic_owned_sgis(dist(0)), &gicv2);
	if (err == 0) {
		gicv2.name = config->gic.mux ? "gicv2-mux" : "gicv2";
		*out = &gicv2;
	}
	return err;
}
