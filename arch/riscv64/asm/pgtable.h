/* SPDX-License-Identifier: MIT */
/* Entries of Sv39 page tables: RISC-V Privileged Architecture 1.12, section 4.4. */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <stdbool.h>
#include <stdint.h>

#define PTE_VALID UINT64_C(1)
#define PTE_READ (UINT64_C(1) << 1)
#define PTE_WRITE (UINT64_C(1) << 2)
#define PTE_EXECUTE (UINT64_C(1) << 3)
#define PTE_USER (UINT64_C(1) << 4)
#define PTE_GLOBAL (UINT64_C(1) << 5)
#define PTE_USED (UINT64_C(3) << 6) /* accessed and dirty: no trap, no update, comes from it */
#define PTE_KINDS (PTE_READ | PTE_WRITE | PTE_EXECUTE)

#define PTE_KERNEL (PTE_VALID | PTE_GLOBAL | PTE_USED)
#define MAP_TEXT (PTE_KERNEL | PTE_READ | PTE_EXECUTE)
#define MAP_CONSTANTS (PTE_KERNEL | PTE_READ)
#define MAP_DATA (PTE_KERNEL | PTE_READ | PTE_WRITE)

/* In an address space of its own, not in the kernel's. */
#define MAP_SPACE_CONSTANTS (PTE_VALID | PTE_USED | PTE_READ)
#define MAP_USER_CONSTANTS (MAP_SPACE_CONSTANTS | PTE_USER)
#define MAP_USER_TEXT (MAP_USER_CONSTANTS | PTE_EXECUTE)

static inline uint64_t pte_table(uint64_t address)
{
	return address >> 12 << 10 | PTE_VALID;
}

static inline uint64_t pte_leaf(uint64_t address, uint64_t attrs, unsigned int level)
{
	(void)level;
	return address >> 12 << 10 | attrs;
}

static inline bool pte_is_leaf(uint64_t entry, unsigned int level)
{
	(void)level;
	return (entry & PTE_KINDS) != 0;
}

static inline uint64_t pte_address(uint64_t entry)
{
	return (entry >> 10 & UINT64_C(0xfffffffffff)) << 12;
}

/* Address spaces: the topmost gigabyte of the lower half, where the kernel's map has nothing. */
#define SPACE_BASE UINT64_C(0x3fc0000000)
#define SPACE_MOST 0xffffUL

/* Other harts' walks see it after their next fence, which a shootdown makes. */
static inline void pte_publish(uint64_t *entry, uint64_t value)
{
	*(volatile uint64_t *)entry = value;
}

#endif
