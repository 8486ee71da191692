/* SPDX-License-Identifier: MIT */
/*
 * From one thread to another. What a function must preserve goes onto the stack of the thread that
 * leaves; TPIDR_EL1 is the CPU's and stays. Interrupts are masked. x0, the thread that leaves, is
 * what the thread that comes finds returned.
 *
 * Nobody keeps anything in the floating-point registers across a call of the scheduler: the kernel
 * does not use them, the C library does not call it, and an interrupted context has them in its
 * trap frame. So they only go off again for the thread that comes, which turns them on when it
 * needs them: trap_entry.S.
 */
#include <asm/switch.h>

#define CPACR_FPEN_BIT 20

.macro	callee_saved operation
	\operation x19, x20, [sp, #0]
	\operation x21, x22, [sp, #16]
	\operation x23, x24, [sp, #32]
	\operation x25, x26, [sp, #48]
	\operation x27, x28, [sp, #64]
	\operation x29, x30, [sp, #SWITCH_ENTRY - 8]
.endm

	.section .text
	.globl	arch_switch
arch_switch:
	sub	sp, sp, #SWITCH_FRAME_SIZE
	callee_saved stp
	mov	x2, sp
	str	x2, [x0]
	mrs	x3, cpacr_el1
	tbz	x3, #CPACR_FPEN_BIT, 1f
	msr	cpacr_el1, xzr
	isb
1:	ldr	x2, [x1]
	mov	sp, x2
	callee_saved ldp
	add	sp, sp, #SWITCH_FRAME_SIZE
	ret

/* Whoever walks the calls of a thread ends here: no caller, no frame. */
	.globl	arch_thread_start
arch_thread_start:
	mov	x29, xzr
	mov	x30, xzr
	b	task_entry
