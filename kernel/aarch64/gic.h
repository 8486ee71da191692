/* SPDX-License-Identifier: MIT */
/* The GIC that the device tree names: its facts for the drivers, and the timer's interrupt. */
#ifndef KERNEL_AARCH64_GIC_H
#define KERNEL_AARCH64_GIC_H

#include <stdbool.h>

#include "kernel/fdt.h"

/* True when the tree has a GIC of a kind that some driver knows. */
bool gic_in_tree(const struct dt *dt);

/*
 * The INTID of a node's private interrupt: the one named 'name' in interrupt-names, or without
 * names the one at 'index'. False when there is none.
 */
bool gic_private_interrupt(const struct dt *dt, int node, const char *name, unsigned int index,
			   unsigned int *intid);

/* The INTID whose interrupts are timer_interrupt()'s. */
void gic_set_timer(unsigned int intid);

/* Looks for a GIC in the tree and maps it; what is wrong is said when a doorbell is chosen. */
void gic_find(const struct dt *dt);

#endif
