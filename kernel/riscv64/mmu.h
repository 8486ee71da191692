/* SPDX-License-Identifier: MIT */
/* Sv39 translation. The kernel's map is the identity, of what it uses and nothing else. */
#ifndef KERNEL_RISCV64_MMU_H
#define KERNEL_RISCV64_MMU_H

#include <stdint.h>

#include "kernel/fdt.h"

/* Maps the image and the tree. Null, or why that cannot be. The boot CPU, before mmu_on(). */
const char *mmu_build_boot_map(const struct dt *dt);

/* Translation on, with the kernel's table. Each CPU, before it goes online. */
void mmu_on(void);

/*
 * Translates with this root from now on, the kernel's part of which is brought up to date; null:
 * the kernel's table alone. Nothing that this CPU remembers is left. Interrupts masked.
 */
void mmu_use(uint64_t *root);

#endif
