/* SPDX-License-Identifier: MIT */
#include "kernel/memory.h"

#include <stdint.h>
#include <string.h>

#include "kernel/arch.h"
#include "kernel/console.h"

extern char _start[];
extern char _end[];

static const struct dt *tree;
static uint64_t next; /* everything below is taken */
static uint64_t limit;

/* The tree may promise more than there are addresses: such a thing ends with them. */
static uint64_t end_of(uint64_t address, uint64_t size)
{
	return size > UINT64_MAX - address ? UINT64_MAX : address + size;
}

static bool overlaps(uint64_t start, uint64_t end, uint64_t other, uint64_t size)
{
	return size > 0 && start < end_of(other, size) && other < end;
}

/*
 * The end of the first thing found in [start, end) that must be left alone, 0 when it is free: the
 * tree itself, its reservation block, /reserved-memory.
 */
static uint64_t obstacle_end(uint64_t start, uint64_t end)
{
	int parent = dt_find_path(tree, "/reserved-memory");
	uint64_t address = (uint64_t)(uintptr_t)tree->blob;
	uint64_t size = dt_size(tree);

	if (overlaps(start, end, address, size)) {
		return end_of(address, size);
	}
	for (uint32_t i = 0; dt_reserved(tree, i, &address, &size); i++) {
		if (overlaps(start, end, address, size)) {
			return end_of(address, size);
		}
	}
	for (int node = dt_first_child(tree, parent); node != DT_NONE;
	     node = dt_next_sibling(tree, node)) {
		for (uint32_t i = 0; dt_reg(tree, node, i, &address, &size); i++) {
			if (overlaps(start, end, address, size)) {
				return end_of(address, size);
			}
		}
	}
	return 0;
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
				limit = end_of(address, size);
				return true;
			}
		}
	}
	return false;
}

const char *memory_init(const struct dt *dt)
{
	tree = dt;
	next = (uint64_t)(uintptr_t)_end;
	if (!find_bank(dt, (uint64_t)(uintptr_t)_start)) {
		return "the device tree names no memory where the kernel is";
	}
	return NULL;
}

/* Where 'size' bytes are free at or after 'start'; 0 when nowhere. Each turn passes an obstacle. */
static uint64_t find_free(uint64_t start, size_t size, size_t align)
{
	while (start <= limit) {
		uint64_t obstacle;

		start = (start + align - 1) & ~(uint64_t)(align - 1);
		if (start > limit || size > limit - start) {
			return 0;
		}
		obstacle = obstacle_end(start, start + size);
		if (obstacle == 0) {
			return start;
		}
		if (obstacle <= start) {
			return 0;
		}
		start = obstacle;
	}
	return 0;
}

void *memory_reserve(size_t size, size_t align)
{
	uint64_t start = find_free(next, size, align);
	void *memory = (void *)(uintptr_t)start;

	if (start == 0 || !arch_map_ram(start, size)) {
		printk("crosscall: out of memory: no %lu KiB left\n", (unsigned long)(size >> 10));
		return NULL;
	}
	next = start + size;
	memset(memory, 0, size);
	return memory;
}
