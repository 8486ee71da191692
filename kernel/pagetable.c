/* SPDX-License-Identifier: MIT */
/* aarch64 calls this with the MMU and the caches off too: no atomics here. */
#include "kernel/pagetable.h"

#include <stddef.h>

#define FIRST_LEVEL 2 /* counted from the pages up */

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * level;
}

static uint64_t *entry_in(uint64_t *entries, unsigned int level, uint64_t address)
{
	return &entries[address >> shift_of(level) & (TABLE_ENTRIES - 1)];
}

/* The table below an entry, made when there is none; null when it cannot be. */
static uint64_t *table_below(const struct pagetable *table, uint64_t *entry)
{
	if (*entry == 0) {
		uint64_t *below = table->new_table();

		if (below == NULL) {
			return NULL;
		}
		*entry = pte_table((uint64_t)(uintptr_t)below);
	}
	return (uint64_t *)(uintptr_t)pte_address(*entry);
}

static bool map(const struct pagetable *table, uint64_t *entries, unsigned int level,
		uint64_t start, uint64_t end, uint64_t attrs)
{
	uint64_t size = UINT64_C(1) << shift_of(level);
	uint64_t next;

	for (uint64_t address = start; address < end; address = next) {
		uint64_t *entry = entry_in(entries, level, address);

		next = (address & ~(size - 1)) + size;
		if (pte_is_leaf(*entry, level)) {
			continue;
		}
		if (level == 0 || (*entry == 0 && (address & (size - 1)) == 0 && next <= end)) {
			*entry = pte_leaf(address, attrs, level);
			continue;
		}
		uint64_t *below = table_below(table, entry);

		if (below == NULL ||
		    !map(table, below, level - 1, address, next < end ? next : end, attrs)) {
			return false;
		}
	}
	return true;
}

bool pagetable_map(const struct pagetable *table, uint64_t start, uint64_t end, uint64_t attrs)
{
	return map(table, table->root, FIRST_LEVEL, start, end, attrs);
}

uint64_t *pagetable_entry(const struct pagetable *table, uint64_t address)
{
	uint64_t *entries = table->root;

	for (unsigned int level = FIRST_LEVEL; level > 0 && entries != NULL; level--) {
		entries = table_below(table, entry_in(entries, level, address));
	}
	return entries == NULL ? NULL : entry_in(entries, 0, address);
}
