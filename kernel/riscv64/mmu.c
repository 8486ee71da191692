/* SPDX-License-Identifier: MIT */
/*
 * One kernel table for all CPUs. Its entries only ever go from nothing to a mapping, and only while
 * the boot CPU is alone: memory_init() maps all memory, and devices are looked for before
 * others are started. A CPU that remembers the nothing (as it may) is cured by the fence in
 * map_pages(), if it is the boot CPU, or in mmu_on().
 */
#include "kernel/riscv64/mmu.h"

#include <asm/csr.h>

#include "kernel/arch.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"

#define ADDRESS_LIMIT SPACE_BASE
#define SATP_SV39 (UINT64_C(8) << 60)
#define GIGABYTE_SHIFT 30 /* what an entry of the root covers */
#define NR_POOL_TABLES 48
/* Memory leaves so many to the devices, which are looked for later. */
#define KEPT_TABLES 16

extern char _start[];
extern char _text_end[];
extern char _rodata_end[];
extern char _end[];

static _Alignas(4096) uint64_t root_table[TABLE_ENTRIES];
static _Alignas(4096) uint64_t table_pool[NR_POOL_TABLES][TABLE_ENTRIES];
static unsigned int tables_used;

static uint64_t *take_from_pool(void)
{
	return tables_used == NR_POOL_TABLES ? NULL : table_pool[tables_used++];
}

static const struct pagetable kernel_table = {.root = root_table, .new_table = take_from_pool};

static void fence_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

static bool map_pages(uint64_t start, uint64_t size, uint64_t attrs)
{
	uint64_t end = (start + size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	bool done;

	if (size == 0 || start >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - start) {
		return false;
	}
	done = pagetable_map(&kernel_table, start & ~(PAGE_BYTES - 1), end, attrs);
	fence_all();
	return done;
}

static bool map_image(const char *start, const char *end, uint64_t attrs)
{
	return map_pages((uint64_t)(uintptr_t)start, (uint64_t)(end - start), attrs);
}

const char *mmu_build_boot_map(const struct dt *dt)
{
	if (!map_image(_start, _text_end, MAP_TEXT) ||
	    !map_image(_text_end, _rodata_end, MAP_CONSTANTS) ||
	    !map_image(_rodata_end, _end, MAP_DATA) ||
	    !map_pages((uint64_t)(uintptr_t)dt->blob, dt_size(dt), MAP_DATA)) {
		return "the image and the device tree cannot be mapped";
	}
	return NULL;
}

static uint64_t satp_of(const uint64_t *root)
{
	return SATP_SV39 | (uint64_t)(uintptr_t)root >> 12;
}

void mmu_on(void)
{
	csr_write(satp, satp_of(root_table));
	fence_all();
	if (csr_read(satp) != satp_of(root_table)) {
		panic("this CPU has no Sv39 address translation");
	}
}

/* CPUs that load the same space at once store the same. */
static void copy_kernel_part(uint64_t *root)
{
	for (unsigned int i = 0; i < SPACE_BASE >> GIGABYTE_SHIFT; i++) {
		pte_publish(&root[i], root_table[i]);
	}
}

void mmu_use(uint64_t *root)
{
	if (root != NULL) {
		copy_kernel_part(root);
	}
	csr_write(satp, satp_of(root != NULL ? root : root_table));
	fence_all();
}

void *arch_map_io(uint64_t phys, size_t size)
{
	return map_pages(phys, size, MAP_DATA) ? (void *)(uintptr_t)phys : NULL;
}

bool arch_map_ram(uint64_t phys, size_t size)
{
	return tables_used + KEPT_TABLES <= NR_POOL_TABLES && map_pages(phys, size, MAP_DATA);
}
