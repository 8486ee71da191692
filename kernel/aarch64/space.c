/* SPDX-License-Identifier: MIT */
/* Address spaces: TTBR1_EL1, and the TLB maintenance of Arm DDI 0487, section D8.14. */
#include <crosscall/tlb.h>

#include <asm/sysreg.h>

#include "kernel/arch.h"
#include "kernel/pagetable.h"

#define ASID_SHIFT 48
#define ADDRESS_MASK UINT64_C(0x00000fffffffffff) /* VA[55:12] */
#define FEW_PAGES 16

extern uint64_t empty_table[TABLE_ENTRIES];

static uint64_t asid_of(const struct tlb_mm *mm)
{
	return (uint64_t)mm->id << ASID_SHIFT;
}

static uint64_t operand(const struct tlb_mm *mm, uintptr_t address)
{
	return asid_of(mm) | (address >> 12 & ADDRESS_MASK);
}

/* The first barrier: the walks that come after see the tables' stores that come before. */
static void flush_local(const struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	dsb(nshst);
	if (end == 0) {
		__asm__ volatile("tlbi aside1, %0" : : "r"(asid_of(mm)) : "memory");
	}
	for (uintptr_t page = start; page < end; page += PAGE_BYTES) {
		__asm__ volatile("tlbi vae1, %0" : : "r"(operand(mm, page)) : "memory");
	}
	dsb(nsh);
	isb();
}

/* At the return no CPU uses the old translations, nor does an access through one go on. */
static void flush_broadcast(const struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	dsb(ishst);
	if (end == 0 || (end - start) / PAGE_BYTES > FEW_PAGES) {
		__asm__ volatile("tlbi aside1is, %0" : : "r"(asid_of(mm)) : "memory");
		end = start;
	}
	for (uintptr_t page = start; page < end; page += PAGE_BYTES) {
		__asm__ volatile("tlbi vae1is, %0" : : "r"(operand(mm, page)) : "memory");
	}
	dsb(ish);
	isb();
}

static const struct tlb_ops ops = {
	.flush_local = flush_local,
	.flush_broadcast = flush_broadcast,
	.page_size = PAGE_BYTES,
	.max_pages = FEW_PAGES,
};

const struct tlb_ops *arch_tlb_ops(void)
{
	return &ops;
}

/* The table and the ASID change in one store: no walk sees one without the other. */
void arch_load_space(uint64_t *root, unsigned long id)
{
	uint64_t table = (uint64_t)(uintptr_t)(root == NULL ? empty_table : root);

	write_sysreg(table | (uint64_t)id << ASID_SHIFT, ttbr1_el1);
	isb();
}
