/* SPDX-License-Identifier: MIT */
/*
 * Page tables of three levels with 512 entries each, 4 KiB pages: RISC-V's Sv39 and VMSAv8-64 with
 * 39-bit addresses have the same shape. What an entry looks like is <asm/pgtable.h>'s.
 */
#ifndef KERNEL_PAGETABLE_H
#define KERNEL_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <asm/pgtable.h>

#define PAGE_BYTES UINT64_C(4096)
#define TABLE_ENTRIES 512

struct pagetable {
	uint64_t *root;
	uint64_t *(*new_table)(void); /* zeroed; null when there is no more */
};

/*
 * Maps [start, end), whole pages, at addresses that are the physical ones, with the largest leaves
 * that fit. What is mapped already stays as it is. False when a table is missing. No fence: the
 * caller's.
 */
bool pagetable_map(const struct pagetable *table, uint64_t start, uint64_t end, uint64_t attrs);

/* The last-level entry of a page, in tables made where there are none; null when one is missing. */
uint64_t *pagetable_entry(const struct pagetable *table, uint64_t address);

#endif
