/* SPDX-License-Identifier: MIT */
/*
 * A firmware's stand-in that QEMU starts as if it were the kernel: it sends CPUs 1 to 3 into a pen,
 * where each waits for an address in its own word, and jumps to the kernel behind it.
 */
#include "image_header.S"

#define RELEASE 0x40090000 /* CPU n's word is n * 8 behind; the test's device tree says so too */
#define NR_CPUS 4
#define SLOW 1 /* takes two seconds: another's turn has come when it arrives */

	.text
	image_header start

start:
	mov	x19, x0
	mov	x20, #1
1:	ldr	x0, =PSCI_CPU_ON
	mov	x1, x20
	adr	x2, pen
	ldr	x3, =RELEASE
	add	x3, x3, x20, lsl #3
	str	xzr, [x3]
	hvc	#0
	add	x20, x20, #1
	cmp	x20, #NR_CPUS
	b.lo	1b
	mov	x0, x19
	ldr	x1, =KERNEL
	br	x1

/* x0 is the CPU's word. */
pen:
	wfe
	ldr	x1, [x0]
	cbz	x1, pen
	ldr	x2, =RELEASE + SLOW * 8
	cmp	x0, x2
	b.ne	3f
	mrs	x2, cntvct_el0
	mrs	x3, cntfrq_el0
	add	x2, x2, x3, lsl #1
2:	mrs	x3, cntvct_el0
	cmp	x3, x2
	b.lo	2b
3:	mov	x0, xzr
	br	x1
