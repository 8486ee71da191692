/* SPDX-License-Identifier: MIT */
/* Translation: Arm DDI 0487, chapters D8 (VMSAv8-64) and D17 (system registers). */
#ifndef KERNEL_AARCH64_MMU_REGS_H
#define KERNEL_AARCH64_MMU_REGS_H

/* Attribute 0: Device-nGnRE. Attribute 1: normal memory, write-back, read and write allocate. */
#define MAIR_VALUE 0xff04

/*
 * T0SZ and T1SZ 25: 39-bit addresses, 4 KiB pages; tables are walked as inner shareable write-back
 * memory. TTBR0 is the kernel's map, TTBR1 the address space in use, whose ASID counts (A1).
 */
#define TCR_VALUE 0xb5593519
#define TCR_IPS_SHIFT 32

/* The bits that are one in ARMv8.0, and then: M, C, SA, I, WXN. */
#define SCTLR_MMU_OFF 0x30d00800
#define SCTLR_MMU_ON 0x30d8180d

#define TABLE_SIZE 4096
#define NR_POOL_TABLES 47 /* below the root: for the image, the memory and the devices */

#endif
