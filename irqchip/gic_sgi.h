/* SPDX-License-Identifier: MIT */
/*
 * What to write to ring a set of CPUs by software generated interrupts (SGI). Pure computation.
 *
 * GICv3 (Arm IHI 0069, ICC_SGI1R_EL1): one write reaches up to 16 CPUs whose affinities agree in
 * all but the low four bits of Aff0: a group.
 *	TargetList [15:0]  Aff1 [23:16]  INTID [27:24]  Aff2 [39:32]
 *	IRM [40]  RS [47:44]  Aff3 [55:48]
 * IRM is never set: it means "all but self", CPUs that are not ours included.
 *
 * GICv2 (Arm IHI 0048, GICD_SGIR): one write reaches any of the 8 CPUs.
 *	SGIINTID [3:0]  CPUTargetList [23:16]  TargetListFilter [25:24], 0: as the list says
 */
#ifndef IRQCHIP_GIC_SGI_H
#define IRQCHIP_GIC_SGI_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/cpumask.h>
#include <crosscall/irqchip.h>

#define GIC_NR_SGIS 16
#define GICV2_MAX_CPUS 8

/* The affinity fields of an MPIDR, and of a cpu node's reg: Aff3 [39:32], Aff2 Aff1 Aff0 [23:0]. */
#define MPIDR_AFFINITY_MASK UINT64_C(0xff00ffffff)

struct gicv3_sgi_groups {
	unsigned int nr_cpus;
	unsigned int nr_groups;
	uint64_t target[CROSSCALL_NR_CPUS]; /* per CPU: affinity fields, list bit */
	uint16_t next[CROSSCALL_NR_CPUS];   /* the group's next CPU in ascending order */
};

/*
 * Finds the groups of CPUs 0 .. nr_cpus - 1. Bits of an MPIDR outside the affinity fields do not
 * count. Returns 0; -EINVAL for a null pointer, no CPU, or an affinity that occurs twice; -ERANGE
 * for more than CROSSCALL_NR_CPUS.
 */
int gicv3_sgi_groups_build(struct gicv3_sgi_groups *groups, const hwid_t *mpidr,
			   unsigned int nr_cpus) CROSSCALL_MUST_CHECK;

/* The register's value that rings CPU 'cpu', one of those, on INTID 'sgi' (0 to 15). */
uint64_t gicv3_sgi_single(const struct gicv3_sgi_groups *groups, unsigned int sgi,
			  unsigned int cpu);

/*
 * Takes the next group's worth of CPUs out of *left: *value becomes the register's value for INTID
 * 'sgi' (0 to 15). Returns how many CPUs it rings; 0, and leaves *value alone, when no CPU is left.
 * CPUs past nr_cpus are dropped.
 */
unsigned int gicv3_sgi_next(const struct gicv3_sgi_groups *groups, unsigned int sgi,
			    struct cpumask *left, uint64_t *value);

/* True when the CPU can be reached only by a range selector other than 0: its Aff0 is above 15. */
bool gicv3_sgi_needs_range(const struct gicv3_sgi_groups *groups, unsigned int cpu);

/*
 * The value of GICD_SGIR that rings each CPU of *mask on INTID 'sgi' (0 to 15); target[c] is CPU
 * c's bit in the target list, 0 for a CPU that cannot be rung. Such CPUs, and those past
 * GICV2_MAX_CPUS, are set in *unreached. A value with an empty target list rings nobody, and need
 * not be written.
 */
uint32_t gicv2_sgir(const uint8_t target[GICV2_MAX_CPUS], unsigned int sgi,
		    const struct cpumask *mask, struct cpumask *unreached);

/* The same for one bit of the target list. */
uint32_t gicv2_sgir_single(uint8_t bit, unsigned int sgi);

#define GICV2_SGIR_TARGETS UINT32_C(0x00ff0000)

#endif
