/* SPDX-License-Identifier: MIT */
/*
 * A GIC, v2 or v3, as the architecture describes it, for the drivers to run on: registers, pending
 * and active SGIs of each CPU, and what went wrong if the driver asks for it.
 */
#ifndef TESTS_UNIT_FAKE_GIC_H
#define TESTS_UNIT_FAKE_GIC_H

#include <asm/sysreg.h>

#include "tests/unit/unit.h"

#define FAKE_GIC_CPUS 8
#define FAKE_NONE 1023

/* One CPU's private interrupts, its redistributor's handshakes, its system registers. */
struct fake_gic_cpu {
	uint64_t mpidr;
	uint32_t enabled;
	uint32_t group;
	uint8_t priority[32];
	uint32_t pending;      /* v3: SGIs and PPIs */
	uint8_t from[16];      /* v2: which CPUs' SGIs are pending */
	uint32_t active;       /* what the IAR gave and no EOI has ended; FAKE_NONE */
	unsigned int ends;     /* EOIs that matched */
	unsigned int bad_ends; /* EOIs that did not */
	bool awake;
	uint64_t sysreg[NR_SYSREGS];
	uint32_t gicc[64];
	uint8_t target; /* v2: its bit */
	bool masked;	/* v3: PSTATE.I, as of its last change */
};

struct fake_gic {
	unsigned int version; /* what PIDR2 and IIDR name */
	bool single_cpu;      /* v2: a distributor for one CPU */
	uint32_t ctlr;
	bool group_before_routing; /* v3: the wrong order was seen */
	bool routing_cleared;	   /* v3: ARE was set, and was written as 0 */
	bool range_selector;	   /* GICD_TYPER.RSS */
	bool dist_stuck;	   /* RWP never clears */
	uint32_t rdist_stuck;	   /* by CPU: same */
	uint32_t asleep;	   /* by CPU: never wakes */
	uint32_t sre_stuck;	   /* by CPU: SRE stays 0 */
	uint32_t no_range;	   /* by CPU: ICC_CTLR_EL1.RSS is 0 */
	uint32_t no_sysregs;	   /* by CPU: ID_AA64PFR0_EL1 says none */
	uint32_t absent;	   /* by CPU: no redistributor */
	uint32_t secure_sgis;	   /* RAZ/WI */
	unsigned int vlpis;	   /* redistributors of four frames */
	bool pmhe_stuck;	   /* v3: ICC_CTLR_EL1.PMHE stays set */
	bool mask_stuck;	   /* v3: ICC_PMR_EL1 stays open */
	uint8_t mask_shift;	   /* v3: added to the mask's value when it is compared */
	struct fake_gic_cpu cpu[FAKE_GIC_CPUS];
	char events[256];
	unsigned int irm_writes;
};

extern struct fake_gic fake_gic;

/* All CPUs there, asleep, disabled. Affinities are 0, 1, 2 ...; v2's target bits are reversed. */
void fake_gic_reset(unsigned int version);

/* Where the registers are. Redistributors 0 to 3 are in the first region, 4 to 7 in the second. */
void *fake_gic_dist(void);
void *fake_gic_rdists(unsigned int region);
size_t fake_gic_rdists_size(unsigned int region);
void *fake_gic_cpu_interface(void);

/* Notes one step: d, s, i ... as the files that make them say. */
void fake_gic_event(char event);

/* The report hook, and the last line it got. */
void fake_gic_report(const char *line);
extern char fake_gic_reported[160];

/* ---- between the two files of the fake ---- */

/* The interrupt that CPU would be given now, as an IAR value; FAKE_NONE. */
uint32_t fake_gic_take(struct fake_gic_cpu *cpu, uint8_t mask);
void fake_gic_end(struct fake_gic_cpu *cpu, uint32_t iar);

#endif
