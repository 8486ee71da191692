/* SPDX-License-Identifier: MIT */
#include "kernel/symbols.h"

#include <stddef.h>
#include <stdint.h>

extern const uint32_t symbol_count;
extern const uint32_t symbol_offsets[]; /* from _start, ascending */
extern const uint32_t symbol_places[];	/* in symbol_names */
extern const char symbol_names[];

extern char _start[];
extern char _text_end[];

const char *symbol_find(unsigned long address, unsigned long *offset)
{
	unsigned long distance = address - (unsigned long)_start;
	uint32_t low = 0;
	uint32_t high = symbol_count;

	if (high == 0 || address < (unsigned long)_start || address >= (unsigned long)_text_end) {
		return NULL;
	}
	/* The last that is not above: offsets[low] <= distance < offsets[high]. The first is 0. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (symbol_offsets[middle] <= distance) {
			low = middle;
		} else {
			high = middle;
		}
	}
	*offset = distance - symbol_offsets[low];
	return &symbol_names[symbol_places[low]];
}
