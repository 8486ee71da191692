/* SPDX-License-Identifier: MIT */
/* Entries of translation tables with 4 KiB pages: Arm DDI 0487, section D8.3. */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <asm/sysreg.h>

/* Attribute 0: Device-nGnRE. Attribute 1: normal memory. See MAIR_VALUE. */
#define MAIR_DEVICE 0
#define MAIR_NORMAL 1

#define PTE_VALID UINT64_C(1)
#define PTE_TABLE UINT64_C(3) /* at the last level: a page */
#define PTE_ATTR(n) ((uint64_t)(n) << 2)
#define PTE_USER (UINT64_C(1) << 6) /* EL0 may, too */
#define PTE_READ_ONLY (UINT64_C(1) << 7)
#define PTE_INNER (UINT64_C(3) << 8) /* inner shareable */
#define PTE_ACCESSED (UINT64_C(1) << 10)
#define PTE_NOT_GLOBAL (UINT64_C(1) << 11) /* it is of one ASID */
#define PTE_PXN (UINT64_C(1) << 53)	   /* EL1 does not execute it */
#define PTE_UXN (UINT64_C(1) << 54)	   /* nor does EL0 */

#define PTE_NEVER_EXECUTE (PTE_PXN | PTE_UXN)
#define PTE_NORMAL (PTE_ATTR(MAIR_NORMAL) | PTE_INNER | PTE_ACCESSED)
#define MAP_TEXT (PTE_NORMAL | PTE_READ_ONLY | PTE_UXN)
#define MAP_CONSTANTS (PTE_NORMAL | PTE_READ_ONLY | PTE_NEVER_EXECUTE)
#define MAP_DATA (PTE_NORMAL | PTE_NEVER_EXECUTE)
#define MAP_DEVICE (PTE_ATTR(MAIR_DEVICE) | PTE_ACCESSED | PTE_NEVER_EXECUTE)

/* In an address space of its own, not in the kernel's. */
#define MAP_SPACE_CONSTANTS (MAP_CONSTANTS | PTE_NOT_GLOBAL)
#define MAP_USER_CONSTANTS (MAP_SPACE_CONSTANTS | PTE_USER)
#define MAP_USER_TEXT (PTE_NORMAL | PTE_READ_ONLY | PTE_NOT_GLOBAL | PTE_USER | PTE_PXN)

static inline uint64_t pte_table(uint64_t address)
{
	return address | PTE_TABLE;
}

/* 'level' counts from the pages up. */
static inline uint64_t pte_leaf(uint64_t address, uint64_t attrs, unsigned int level)
{
	return address | attrs | (level == 0 ? PTE_TABLE : PTE_VALID);
}

static inline bool pte_is_leaf(uint64_t entry, unsigned int level)
{
	return entry != 0 && (level == 0 || (entry & PTE_TABLE) == PTE_VALID);
}

static inline uint64_t pte_address(uint64_t entry)
{
	return entry & UINT64_C(0x0000fffffffff000);
}

/* Address spaces: what TTBR1 translates. The ASID has 8 bits, and 0 means none. */
#define SPACE_BASE UINT64_C(0xffffff8000000000)
#define SPACE_MOST 255UL

/* Afterwards every CPU's walks see it. */
static inline void pte_publish(uint64_t *entry, uint64_t value)
{
	*(volatile uint64_t *)entry = value;
	dsb(ishst);
	isb();
}

#endif
