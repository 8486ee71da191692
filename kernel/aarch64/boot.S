/* SPDX-License-Identifier: MIT */
/*
 * The first instructions of each CPU: at EL2 or EL1, MMU and data cache off, interrupts masked
 * (Linux, Documentation/arch/arm64/booting.rst; PSCI, Arm DEN 0022, section 6.4).
 */
#include "kernel/aarch64/mmu_regs.h"
#include "kernel/percpu_offsets.h"

#define CURRENTEL_EL2 0x8
#define SPSR_EL1H_MASKED 0x3c5 /* EL1 with its own stack pointer; D, A, I, F masked */
#define HCR_RW (1 << 31) /* EL1 is AArch64; nothing else is trapped or routed to EL2 */
#define CNTHCTL_EL1_MAY_READ 3
#define CPTR_TRAP_NOTHING 0x33ff /* the bits that are one anyway */
#define PFR0_GIC_SHIFT 24
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICC_SRE_EL2_ALL 0xf /* the registers are used, and EL1 may use them too */
#define EARLY_STACK_SIZE 4096
#define MPIDR_AFFINITY 0xff00ffffff

	.section .head, "ax"
	.globl _start
_start:
	b	boot
	nop
	.quad	0x200000	/* text_offset: from the start of memory */
	.quad	_image_size
	.quad	0x2		/* flags: little endian, 4 KiB pages, near the start of memory */
	.quad	0
	.quad	0
	.quad	0
	.ascii	"ARM\x64"
	.word	0

	.section .text.boot, "ax"

/* Leaves EL2 for EL1 with the next instruction; does nothing at EL1. Clobbers x9, x10. */
.macro	drop_to_el1
	mrs	x9, CurrentEL
	cmp	x9, #CURRENTEL_EL2
	b.ne	2f
	mov	x9, #HCR_RW
	msr	hcr_el2, x9
	mov	x9, #CPTR_TRAP_NOTHING
	msr	cptr_el2, x9
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x9, midr_el1
	msr	vpidr_el2, x9
	mrs	x9, mpidr_el1
	msr	vmpidr_el2, x9
	mrs	x9, cnthctl_el2
	orr	x9, x9, #CNTHCTL_EL1_MAY_READ
	msr	cnthctl_el2, x9
	msr	cntvoff_el2, xzr
	mrs	x9, id_aa64pfr0_el1
	ubfx	x9, x9, #PFR0_GIC_SHIFT, #4
	cbz	x9, 1f
	mov	x9, #ICC_SRE_EL2_ALL
	msr	ICC_SRE_EL2, x9
	isb
	msr	ICH_HCR_EL2, xzr
1:	ldr	x9, =SCTLR_MMU_OFF
	msr	sctlr_el1, x9
	mov	x9, #SPSR_EL1H_MASKED
	msr	spsr_el2, x9
	adr	x9, 2f
	msr	elr_el2, x9
	eret
2:	msr	spsel, #1
	msr	cpacr_el1, xzr		/* floating point is off: trap_entry.S */
	msr	daifset, #0xf
.endm

/* Turns on the MMU and the caches, with the tables that the boot CPU made. Clobbers x9, x10. */
.macro	mmu_on
	ldr	x9, =MAIR_VALUE
	msr	mair_el1, x9
	ldr	x9, =TCR_VALUE
	mrs	x10, id_aa64mmfr0_el1
	and	x10, x10, #0x7		/* PARange; 5 is 48 bits, the most that 4 KiB pages have */
	cmp	x10, #5
	b.ls	3f
	mov	x10, #5
3:	bfi	x9, x10, #TCR_IPS_SHIFT, #3
	msr	tcr_el1, x9
	adrp	x9, root_table
	msr	ttbr0_el1, x9
	adrp	x9, empty_table
	msr	ttbr1_el1, x9
	dsb	sy
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	ldr	x9, =SCTLR_MMU_ON
	msr	sctlr_el1, x9
	isb
.endm

.macro	set_vectors
	adr_l	x9, vectors
	msr	vbar_el1, x9
	isb
.endm

.macro	adr_l reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

/* The boot CPU: x0 is the device tree. It must stay in x19 until kernel_main(). */
boot:
	mov	x19, x0
	drop_to_el1
	adr_l	x0, _early_start
	adr_l	x1, _early_end
	mov	x2, x0
4:	stp	xzr, xzr, [x2], #16
	cmp	x2, x1
	b.lo	4b
	adr_l	x2, early_stack_end
	mov	sp, x2
	mov	x0, x19
	bl	mmu_build_boot_map

	/* What was written past the caches must not be hidden by old lines in them. */
	adr_l	x0, _early_start
	adr_l	x1, _early_end
	dsb	sy
5:	dc	ivac, x0
	add	x0, x0, #16		/* the smallest line there is */
	cmp	x0, x1
	b.lo	5b
	mmu_on

	adr_l	x0, __bss_start
	adr_l	x1, __bss_end
6:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	6b
	adr_l	x0, boot_percpu
	msr	tpidr_el1, x0
	set_vectors
	adr_l	x0, boot_stack
	mov	x1, #STACK_SIZE
	add	sp, x0, x1
	mrs	x0, mpidr_el1
	mov	x1, x19
	mov	x29, xzr
	mov	x30, xzr	/* nobody called it: backtraces end here */
	b	kernel_main

/* A CPU that PSCI started: x0 is its struct percpu. */
	.globl secondary_boot
secondary_boot:
	mov	x19, x0
	drop_to_el1
	mmu_on
run_secondary:
	msr	tpidr_el1, x19
	set_vectors
	ldr	x9, [x19, #PERCPU_STACK_TOP]
	mov	sp, x9
	mov	x29, xzr
	mov	x30, xzr
	b	secondary_main

/* A CPU that its spin table released: nothing but its MPIDR says which it is. */
	.globl spin_table_boot
spin_table_boot:
	drop_to_el1
	mmu_on
	mrs	x0, mpidr_el1
	ldr	x1, =MPIDR_AFFINITY
	and	x0, x0, x1
	adr_l	x1, spin_table
	adr_l	x2, nr_spin_table
	ldr	w2, [x2]
7:	cbz	w2, 8f
	ldp	x3, x19, [x1], #32		/* the hardware id, the struct percpu */
	sub	w2, w2, #1
	cmp	x0, x3
	b.ne	7b
	cbnz	x19, run_secondary
8:	wfi				/* nobody asked for it */
	b	8b

	.section .early, "aw", %nobits
	.balign 4096
	.globl root_table, empty_table, table_pool, tables_used
root_table:
	.space	TABLE_SIZE
empty_table:
	.space	TABLE_SIZE
table_pool:
	.space	TABLE_SIZE * NR_POOL_TABLES
	.space	EARLY_STACK_SIZE
early_stack_end:
tables_used:
	.space	8
