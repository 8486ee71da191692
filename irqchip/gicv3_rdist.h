/* SPDX-License-Identifier: MIT */
/* GICv3's redistributors: one a CPU, in regions, found by affinity. The driver's own part. */
#ifndef IRQCHIP_GICV3_RDIST_H
#define IRQCHIP_GICV3_RDIST_H

#include <stdbool.h>
#include <stdint.h>

#include "irqchip/gicv3.h"

/*
 * A redistributor is named by the address of its RD frame, null for none. Walks the regions until
 * frame[c] is found for each of config's CPUs, or the regions end.
 */
void gicv3_rdist_locate(const struct gicv3_config *config, char **frame);

/*
 * Wakes this CPU's redistributor and sets up its private interrupts, all disabled.
 * Returns 0; -ENXIO for null; -ETIMEDOUT when it does not answer. Reports either.
 */
int gicv3_rdist_init(char *frame, uint32_t igroup);

/* How many SGIs from 0 on are ours. After gicv3_rdist_init(). */
unsigned int gicv3_rdist_owned_sgis(char *frame);

/* This CPU's private interrupts, as bits. The mask is in effect at the return. */
void gicv3_rdist_mask(char *frame, uint32_t intids);
void gicv3_rdist_unmask(char *frame, uint32_t intids);
void gicv3_rdist_pend(char *frame, uint32_t intids);
void gicv3_rdist_unpend(char *frame, uint32_t intids);

void gicv3_rdist_set_priority(char *frame, unsigned int intid, uint8_t priority);

#endif
