/* SPDX-License-Identifier: MIT */
/*
 * GICv2 (Arm IHI 0048) as a doorbell: SGIs by one write of GICD_SGIR for any set of its 8 CPUs.
 * Without the security extensions, or non-secure: either way the first group that can be seen.
 */
#ifndef IRQCHIP_GICV2_H
#define IRQCHIP_GICV2_H

#include <crosscall/config.h>

#include "irqchip/gic_common.h"

struct gicv2_config {
	struct gic_config gic;
	void *cpu_interface; /* GICC, mapped as device memory; the same address on every CPU */
};

/*
 * Checks the version, sets up the distributor, and creates the virtual interrupts.
 * Context: the boot CPU, after crosscall_init(), no CPU online. A second call starts over.
 * Returns 0 and the doorbell ("gicv2" or "gicv2-mux") in *out; -EINVAL as gicv3_init(); -ERANGE
 * for more than CROSSCALL_NR_CPUS; -EOPNOTSUPP for another version, or when the secure world has
 * so many SGIs that too few are left; -ENOSPC from the domain or the mux; -EBUSY while an earlier
 * doorbell is in use, which stays as it is.
 *
 * The doorbell's cpu_init() returns 0; -ENXIO, with a report, when the CPU is past the eighth or
 * the distributor shows it no bit of its own. Such a CPU cannot be rung; the others are not
 * affected.
 */
int gicv2_init(const struct gicv2_config *config, const struct doorbell **out) CROSSCALL_MUST_CHECK;

#endif
