/* SPDX-License-Identifier: MIT */
#include "kernel/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/pagetable.h"

extern char _start[];
extern char _end[];

/* The tree may promise more than there are addresses: what ends past the last page ends there. */
#define LAST_PAGE (UINT64_MAX & ~(PAGE_BYTES - 1))
/* Mapped in pieces, so that of a bank that cannot be mapped whole the first part is used. */
#define PIECE (UINT64_C(1) << 30)

static const struct dt *tree;
static uint64_t next; /* everything below is taken */
static uint64_t limit;

/* Whole pages. */
struct range {
	uint64_t start;
	uint64_t end;
};

static uint64_t page_down(uint64_t address)
{
	return address & ~(PAGE_BYTES - 1);
}

static uint64_t page_up(uint64_t address)
{
	return address > LAST_PAGE ? LAST_PAGE : page_down(address + PAGE_BYTES - 1);
}

static uint64_t end_of(uint64_t address, uint64_t size)
{
	return size > UINT64_MAX - address ? UINT64_MAX : address + size;
}

/* Takes it for *first if it meets 'where' and begins before what *first is. */
static void consider(const struct range *where, uint64_t address, uint64_t size,
		     struct range *first)
{
	struct range pages = {page_down(address), page_up(end_of(address, size))};

	if (size > 0 && pages.start < where->end && where->start < pages.end &&
	    pages.start < first->start) {
		*first = pages;
	}
}

/*
 * The first in [start, end) that must be left alone: the tree itself, its reservation block,
 * /reserved-memory. False when it is free.
 */
static bool first_obstacle(uint64_t start, uint64_t end, struct range *first)
{
	const struct range where = {start, end};
	int node = dt_first_child(tree, dt_find_path(tree, "/reserved-memory"));
	uint64_t address;
	uint64_t size;

	*first = (struct range){UINT64_MAX, UINT64_MAX};
	consider(&where, (uint64_t)(uintptr_t)tree->blob, dt_size(tree), first);
	for (uint32_t i = 0; dt_reserved(tree, i, &address, &size); i++) {
		consider(&where, address, size, first);
	}
	for (; node != DT_NONE; node = dt_next_sibling(tree, node)) {
		for (uint32_t i = 0; dt_reg(tree, node, i, &address, &size); i++) {
			consider(&where, address, size, first);
		}
	}
	return first->start != UINT64_MAX;
}

/* Finds the bank that the image is in. */
static bool find_bank(const struct dt *dt, uint64_t image)
{
	int node = dt_find_device_type(dt, DT_NONE, "memory");
	uint64_t address;
	uint64_t size;

	for (; node != DT_NONE; node = dt_find_device_type(dt, node, "memory")) {
		for (uint32_t i = 0; dt_reg(dt, node, i, &address, &size); i++) {
			if (image >= address && image - address < size) {
				limit = page_down(end_of(address, size));
				return true;
			}
		}
	}
	return false;
}

/* All that is free, once: no table changes when other CPUs run. The page of _end is the image's. */
static void map_free(void)
{
	uint64_t start = page_up(next);

	while (start < limit) {
		uint64_t end = (start & ~(PIECE - 1)) + PIECE;
		struct range obstacle;

		end = end < limit ? end : limit;
		if (first_obstacle(start, end, &obstacle) && obstacle.start <= start) {
			start = obstacle.end;
			continue;
		}
		end = obstacle.start < end ? obstacle.start : end;
		if (!arch_map_ram(start, end - start)) {
			printk("crosscall: memory above %lx cannot be mapped, and is not used\n",
			       (unsigned long)start);
			limit = start;
			return;
		}
		start = end;
	}
}

const char *memory_init(const struct dt *dt)
{
	tree = dt;
	next = (uint64_t)(uintptr_t)_end;
	if (!find_bank(dt, (uint64_t)(uintptr_t)_start)) {
		return "the device tree names no memory where the kernel is";
	}
	map_free();
	return NULL;
}

/* Where 'size' bytes are free at or after 'start'; 0 when nowhere. Each turn passes an obstacle. */
static uint64_t find_free(uint64_t start, size_t size, size_t align)
{
	struct range obstacle;

	while (start <= limit) {
		start = (start + align - 1) & ~(uint64_t)(align - 1);
		if (start > limit || size > limit - start) {
			return 0;
		}
		if (!first_obstacle(start, start + size, &obstacle)) {
			return start;
		}
		start = obstacle.end;
	}
	return 0;
}

void *memory_reserve(size_t size, size_t align)
{
	uint64_t start = find_free(next, size, align);
	void *memory = (void *)(uintptr_t)start;

	if (start == 0) {
		printk("crosscall: out of memory: no %lu KiB left\n", (unsigned long)(size >> 10));
		return NULL;
	}
	next = start + size;
	memset(memory, 0, size);
	return memory;
}
