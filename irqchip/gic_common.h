/* SPDX-License-Identifier: MIT */
/*
 * What GICv2 and GICv3 share: the facts they need, the registers of a CPU's private interrupts
 * (0 to 31), and the two ways to turn SGIs into kinds of IPIs:
 *
 *	direct	SGI number = IPI number, an irq domain over the SGIs that are ours;
 *	mux	an ipi_mux over SGI 0.
 *
 * One GIC is in use at a time, so all state is static.
 */
#ifndef IRQCHIP_GIC_COMMON_H
#define IRQCHIP_GIC_COMMON_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/cpumask.h>
#include <crosscall/irqchip.h>

/* For every GIC. It is copied, but 'mpidr' must stay valid until init returns. */
struct gic_config {
	void *dist;	     /* GICD, mapped as device memory */
	const hwid_t *mpidr; /* of CPUs 0 .. nr_cpus - 1 */
	unsigned int nr_cpus;
	bool mux;
	/*
	 * The kernel's own private interrupts (16 to 31, as bits of this word): enabled on each
	 * CPU, below the SGIs in priority, and given to 'private_irq' in interrupt context. Null
	 * when there are none.
	 */
	uint32_t private_mask;
	void (*private_irq)(unsigned int intid, struct pt_regs *regs);
	/* Takes one line (no newline) about the CPU it runs on, with each error. */
	void (*report)(const char *line);
};

/* What a driver gives: masks and unmasks an SGI on this CPU, and rings a set of CPUs. */
struct gic_sgi_ops {
	void (*mask)(unsigned int sgi);
	void (*unmask)(unsigned int sgi);
	/* Returns how many were rung; the others are set in *unreached. Rule R1 holds. */
	unsigned int (*ring)(unsigned int sgi, const struct cpumask *mask,
			     struct cpumask *unreached);
	/* The same for one CPU, below nr_cpu_ids(). False: it cannot be rung. */
	bool (*ring_single)(unsigned int sgi, unsigned int cpu);
};

#define GIC_INTID_SPECIAL_FIRST 1020 /* to 1023: nothing to handle, and no end of interrupt */
#define GIC_INTID_SPECIAL_LAST 1023

/*
 * Priorities, lower is more urgent. They keep their order in every view that a GIC gives: as they
 * are; (p >> 1) | 0x80, as the non-secure world's are stored; and with the latter for interrupts
 * but not for the mask, which is what a GICv3 does when SCR_EL3.FIQ is clear (IHI 0069, 4.8.6). And
 * with 16 levels, the fewest.
 */
#define GIC_PRIORITY_NMI 0x20	 /* IPI_NMI_KINDS, where the mask works */
#define GIC_PRIORITY_MASKED 0xa0 /* of the mask: only what is NMI-like is delivered */
#define GIC_PRIORITY_SGI 0xc0
#define GIC_PRIORITY_DEFAULT 0xd0
#define GIC_PRIORITY_OPEN 0xf0 /* of the mask: what is not below is not delivered */

/* Offsets in GICv2's GICD and in the SGI frame of GICv3's redistributor; the same for both. */
#define GIC_IGROUPR0 0x080
#define GIC_ISENABLER0 0x100
#define GIC_ICENABLER0 0x180
#define GIC_ISPENDR0 0x200
#define GIC_ICPENDR0 0x280
#define GIC_ICACTIVER0 0x380
#define GIC_IPRIORITYR 0x400

/* In both distributors; SPIs' registers follow at the same offsets as above. */
#define GICD_CTLR 0x000
#define GICD_TYPER 0x004

/* Polls of a register before a wait is given up: at least 0.1 s on any machine. */
#define GIC_MAX_POLLS 1000000

static inline bool gic_intid_is_special(uint32_t intid)
{
	return intid >= GIC_INTID_SPECIAL_FIRST && intid <= GIC_INTID_SPECIAL_LAST;
}

/*
 * Keeps the facts, unless an earlier doorbell is in use: that is -EBUSY, and nothing has changed.
 * Else returns 0, -EINVAL or -ERANGE as gicv3_init() says.
 */
int gic_common_init(const struct gic_config *config);

/* The facts. */
const struct gic_config *gic_config(void);

/*
 * In mux mode: the SGIs that IPI_NMI_KINDS use instead of the mux, and the first of their virtual
 * interrupts. 0 in direct mode, where the SGIs are the kinds.
 */
#define GIC_MUX_NMI_SGI 1
unsigned int gic_ipi_nmi_irq(void);

/* Gives the line to config.report. */
void gic_report(const char *line);

/* Waits until (register & bits) == value: true; false after GIC_MAX_POLLS. */
bool gic_poll(const void *address, uint32_t bits, uint32_t value);

/*
 * This CPU's private interrupts: disabled, not pending, not active, in the group given by 'igroup',
 * with their priorities. 'base' is GICD (v2) or the SGI frame (v3).
 */
void gic_private_init(void *base, uint32_t igroup);

/* How many SGIs from 0 on are ours: the secure world's read as priority 0. After the above. */
unsigned int gic_owned_sgis(const void *base);

/* SPIs: all disabled, in the group given, of default priority. */
void gic_spi_init(void *dist, uint32_t igroup);

/*
 * Creates the virtual interrupts over 'nr_sgis' SGIs and fills doorbell->base_irq and nr_irqs.
 * Returns 0; -EOPNOTSUPP when there are too few SGIs; -ENOSPC from the domain or the mux.
 */
int gic_ipi_create(const struct gic_sgi_ops *ops, unsigned int nr_sgis, struct doorbell *doorbell);

/* Removes them. Returns 0; -EBUSY: they are in use, and stay as they are. */
int gic_ipi_remove(void);

/* On each CPU, when its SGIs can be unmasked: the mux's parent is, others wait for their kind. */
void gic_ipi_cpu_init(void);

/* Interrupt entry, after the acknowledgement and its fence: an SGI, a private one, a special. */
void gic_ipi_dispatch(unsigned int sgi);
void gic_private_dispatch(unsigned int intid, struct pt_regs *regs);
void gic_spurious(void);

/* Counts 'writes' rings of this CPU, interrupts masked; reads them. */
void gic_count_rings(unsigned long writes);
uint64_t gic_rings(unsigned int cpu);

/* Acknowledgements on 'cpu' that found nothing (1020 to 1023). Any context. */
uint64_t gic_spurious_count(unsigned int cpu);

#endif
