/* SPDX-License-Identifier: MIT */
/*
 * GICv3 and v4 (Arm IHI 0069) as a doorbell: SGIs by ICC_SGI1R_EL1, one write a group of up to 16
 * CPUs. Non-secure Group 1, affinity routing, system-register CPU interface.
 */
#ifndef IRQCHIP_GICV3_H
#define IRQCHIP_GICV3_H

#include <stddef.h>

#include <crosscall/config.h>

#include "irqchip/gic_common.h"

/* Redistributors that follow each other in memory, mapped as device memory. */
struct gicv3_region {
	void *base;
	size_t size; /* bytes */
};

struct gicv3_config {
	struct gic_config gic;
	const struct gicv3_region
		*region; /* all of them; must stay valid until gicv3_init() returns */
	unsigned int nr_regions;
	size_t stride; /* bytes from one redistributor to the next; 0: as its own type register says
			*/
	/*
	 * The adopter masks interrupts by ICC_PMR_EL1 (GIC_PRIORITY_MASKED and GIC_PRIORITY_OPEN of
	 * gic_common.h) if doorbell->nmi says that it may: then IPI_NMI_KINDS still come. Its trap
	 * entry saves ICC_PMR_EL1 with the other registers, and restores it.
	 */
	bool nmi;
};

/*
 * Checks the version, finds every CPU's redistributor by its affinity, sets up the distributor and
 * this CPU, computes the target groups, and creates the virtual interrupts. Another CPU without a
 * redistributor is no error here: its cpu_init() fails.
 * Context: the boot CPU, after crosscall_init(), no CPU online. A second call starts over.
 * Returns 0 and the doorbell ("gicv3" or "gicv3-mux") in *out; -EINVAL for a null pointer, no CPU,
 * no region, an affinity that occurs twice, or a private_mask without private_irq or with an SGI
 * in it; -ERANGE for more than CROSSCALL_NR_CPUS; -EOPNOTSUPP for a version other than 3 and 4, or
 * when the secure world has so many SGIs that too few are left; -ETIMEDOUT when the distributor
 * does not answer; what cpu_init() returns for this CPU; -ENOSPC from the domain or the mux;
 * -EBUSY while an earlier doorbell is in use, which stays as it is.
 *
 * The doorbell's cpu_init() returns 0; -ENXIO when the CPU has no redistributor; -EOPNOTSUPP when
 * the CPU has no system-register interface, or when a range selector is needed that the hardware
 * lacks; -ETIMEDOUT when the redistributor does not answer. Each is reported in words; the other
 * CPUs are not affected.
 */
int gicv3_init(const struct gicv3_config *config, const struct doorbell **out) CROSSCALL_MUST_CHECK;

/* True for a PIDR2 of version 3 or 4, of the distributor or of a redistributor. */
bool gicv3_version_known(uint32_t pidr2);

/* How many writes a broadcast to all CPUs costs. After gicv3_init(). */
unsigned int gicv3_groups(void);

#endif
