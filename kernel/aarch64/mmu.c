/* SPDX-License-Identifier: MIT */
/*
 * The kernel's tables, one set for all CPUs: virtual equals physical. Entries only ever go from
 * nothing to a mapping, so no translation is ever stale, and only while the boot CPU is alone:
 * memory_init() maps all memory, and the devices are looked for before others are started.
 */
#include "kernel/aarch64/mmu.h"

#include <asm/sysreg.h>

#include "kernel/aarch64/mmu_regs.h"
#include "kernel/arch.h"
#include "kernel/pagetable.h"

#define ADDRESS_LIMIT (UINT64_C(1) << 39)
#define DTB_MAX (UINT64_C(2) << 20) /* the boot protocol's limit */
/* Memory leaves so many tables to the devices, which are looked for later. */
#define KEPT_TABLES 16

/* In boot.S, which clears them. */
extern uint64_t root_table[TABLE_ENTRIES];
extern uint64_t table_pool[NR_POOL_TABLES][TABLE_ENTRIES];
extern uint64_t tables_used;

extern char _start[];
extern char _text_end[];
extern char _rodata_end[];
extern char _end[];

static uint64_t *take_from_pool(void)
{
	return tables_used == NR_POOL_TABLES ? NULL : table_pool[tables_used++];
}

static const struct pagetable kernel_table = {.root = root_table, .new_table = take_from_pool};

static bool map_pages(uint64_t start, uint64_t size, uint64_t attrs)
{
	uint64_t end = (start + size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	bool done;

	if (size == 0 || start >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - start) {
		return false;
	}
	done = pagetable_map(&kernel_table, start & ~(PAGE_BYTES - 1), end, attrs);
	/* The tables' stores are seen by every CPU's walks before what follows. */
	dsb(ishst);
	isb();
	return done;
}

static void map_image(const char *start, const char *end, uint64_t attrs)
{
	(void)map_pages((uint64_t)(uintptr_t)start, (uint64_t)(end - start), attrs);
}

void mmu_build_boot_map(uint64_t dtb)
{
	map_image(_start, _text_end, MAP_TEXT);
	map_image(_text_end, _rodata_end, MAP_CONSTANTS);
	map_image(_rodata_end, _end, MAP_DATA);
	if (dtb != 0) {
		(void)map_pages(dtb, DTB_MAX, MAP_DATA);
	}
}

void *arch_map_io(uint64_t phys, size_t size)
{
	return map_pages(phys, size, MAP_DEVICE) ? (void *)(uintptr_t)phys : NULL;
}

bool arch_map_ram(uint64_t phys, size_t size)
{
	return tables_used + KEPT_TABLES <= NR_POOL_TABLES && map_pages(phys, size, MAP_DATA);
}
