/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: a root of their own, whose entries below SPACE_BASE are the kernel's. ASIDs are
 * not used, since a hart need not have any: the fence after each load does without.
 */
#include <crosscall/errno.h>
#include <crosscall/tlb.h>

#include <asm/barrier.h>
#include <asm/sbi.h>

#include "irqchip/sbi_window.h"
#include "kernel/arch.h"
#include "kernel/pagetable.h"
#include "kernel/riscv64/mmu.h"

#define SBI_EXT_RFENCE 0x52464e43UL
#define REMOTE_SFENCE_VMA 1UL
#define FEW_PAGES 16

static struct sbi_windows windows;
static hwid_t harts[CROSSCALL_NR_CPUS];

static void flush_local(const struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	(void)mm;
	if (end == 0) {
		__asm__ volatile("sfence.vma" : : : "memory");
	}
	for (uintptr_t page = start; page < end; page += PAGE_BYTES) {
		__asm__ volatile("sfence.vma %0" : : "r"(page) : "memory");
	}
}

/* SBI 2.0, section 8.2: four arguments, unlike sbi_ecall()'s three. Size 0 means everything. */
static long remote_sfence_vma(unsigned long hart_mask, unsigned long base, uintptr_t start,
			      uintptr_t size)
{
	register unsigned long a0 __asm__("a0") = hart_mask;
	register unsigned long a1 __asm__("a1") = base;
	register unsigned long a2 __asm__("a2") = start;
	register unsigned long a3 __asm__("a3") = size;
	register unsigned long a6 __asm__("a6") = REMOTE_SFENCE_VMA;
	register unsigned long a7 __asm__("a7") = SBI_EXT_RFENCE;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a6), "r"(a7)
			 : "memory");
	return (long)a0;
}

static int flush_remote(const struct cpumask *mask, const struct tlb_mm *mm, uintptr_t start,
			uintptr_t end)
{
	struct cpumask left = *mask;
	struct cpumask taken;
	unsigned long base;
	unsigned long hart_mask;

	(void)mm;
	mb_before_ecall(); /* the tables' stores come first */
	while (sbi_windows_next(&windows, &left, &base, &hart_mask, &taken)) {
		if (remote_sfence_vma(hart_mask, base, start, end - start) != SBI_SUCCESS) {
			return -EIO;
		}
	}
	return 0;
}

static struct tlb_ops ops = {
	.flush_local = flush_local,
	.page_size = PAGE_BYTES,
	.max_pages = FEW_PAGES,
};

const struct tlb_ops *arch_tlb_ops(void)
{
	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		harts[cpu] = cpu_data(cpu)->hwid;
	}
	if (sbi_probe_extension(SBI_EXT_RFENCE) &&
	    sbi_windows_build(&windows, harts, nr_numbered()) == 0) {
		ops.flush_remote = flush_remote;
	}
	return &ops;
}

void arch_load_space(uint64_t *root, unsigned long id)
{
	(void)id;
	mmu_use(root);
}
