/* SPDX-License-Identifier: MIT */
/* Identity mapping of what the kernel uses, and nothing else. */
#ifndef KERNEL_AARCH64_MMU_H
#define KERNEL_AARCH64_MMU_H

#include <stdint.h>

/*
 * Maps the image and the device tree at 'dtb' (which may be anything). Called by boot.S with the
 * MMU and the caches off, on a stack of its own.
 */
void mmu_build_boot_map(uint64_t dtb);

#endif
