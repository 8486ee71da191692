/* SPDX-License-Identifier: MIT */
/*
 * Firmware that cannot be relied on: QEMU starts it at EL2 as if it were the kernel, and it starts
 * the kernel behind it at EL1. The boot CPU's calls (smc) are trapped; they go on to QEMU, but for
 * some of those that start CPU 1:
 */
#include "image_header.S"

#define LIES 2	  /* the second: it says that the CPU comes, and does nothing */
#define LATE 4	  /* the fourth: the CPU comes LATE_SECONDS later */
#define REFUSES 6 /* the sixth */
#define LATE_SECONDS 15
#define INTERNAL_FAILURE -6

#define VICTIM 1

#define HCR_RW (1 << 31)  /* EL1 is AArch64 */
#define HCR_TSC (1 << 19) /* its smc is trapped */
#define SPSR_EL1H_MASKED 0x3c5
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICC_SRE_EL2_ALL 0xf
#define CNTHCTL_EL1_MAY_READ 3

	.text
	image_header start

/* x0 is where the CPU goes on, with the argument behind it. */
late_start:
	mrs	x2, cntvct_el0
	mrs	x3, cntfrq_el0
	mov	x4, #LATE_SECONDS
	madd	x2, x3, x4, x2
1:	mrs	x3, cntvct_el0
	cmp	x3, x2
	b.lo	1b
	ldp	x1, x0, [x0]
	br	x1

start:
	adr	x1, vectors
	msr	vbar_el2, x1
	mov	x1, #ICC_SRE_EL2_ALL
	msr	ICC_SRE_EL2, x1
	mov	x1, #CNTHCTL_EL1_MAY_READ
	msr	cnthctl_el2, x1
	msr	cntvoff_el2, xzr
	ldr	x1, =(HCR_RW | HCR_TSC)
	msr	hcr_el2, x1
	mov	x1, #SPSR_EL1H_MASKED
	msr	spsr_el2, x1
	ldr	x1, =KERNEL
	msr	elr_el2, x1
	eret

/* A call: x0 to x17 are the callee's. */
call:
	mrs	x9, elr_el2		/* smc itself */
	add	x9, x9, #4
	msr	elr_el2, x9
	ldr	x9, =PSCI_CPU_ON
	cmp	x0, x9
	b.ne	4f
	cmp	x1, #VICTIM
	b.ne	4f
	adr	x9, starts
	ldr	x10, [x9]
	add	x10, x10, #1
	str	x10, [x9]
	cmp	x10, #LIES
	b.ne	2f
	mov	x0, #0
	eret
2:	cmp	x10, #REFUSES
	b.ne	3f
	mov	x0, #INTERNAL_FAILURE
	eret
3:	cmp	x10, #LATE
	b.ne	4f
	adr	x9, entry
	stp	x2, x3, [x9]
	mov	x3, x9
	adr	x2, late_start
4:	smc	#0
	eret

	.balign	2048
vectors:
	.space	0x400		/* from EL2 itself: nothing comes */
	b	call		/* from EL1: smc is all that is trapped */
	.balign	2048

	.balign	16
entry:
	.space	16
starts:
	.quad	0
