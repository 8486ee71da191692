/* SPDX-License-Identifier: MIT */
/* The doorbell that this run uses. */
#ifndef KERNEL_DOORBELL_H
#define KERNEL_DOORBELL_H

#include "kernel/arch.h"

/*
 * Takes the one that params.doorbell names, or with "auto" the best that probes, for the CPUs that
 * have a number, and gives its interrupts to the library. Gives up with a line when there is none.
 * Context: the boot CPU, after crosscall_init(), no CPU online.
 */
void doorbell_choose(const struct dt *dt);

/* Null before doorbell_choose(). */
const struct doorbell *doorbell(void);

/* What a broadcast to all other CPUs may cost at most. */
unsigned int doorbell_broadcast_rings(void);

/* True when a kind on its way to a CPU saves the ring for every other kind. */
bool doorbell_coalesces(void);

/* Null when IPI_NMI_KINDS interrupt a CPU that masks interrupts; otherwise why not. */
const char *doorbell_no_nmi(void);

/* How many of the numbered CPUs it can serve. */
unsigned int doorbell_max_cpus(void);

#endif
