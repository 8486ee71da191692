/* SPDX-License-Identifier: MIT */
/*
 * From one thread to another. What a function must preserve goes onto the stack of the thread that
 * leaves; tp is the CPU's and gp everybody's, so both stay. Interrupts are masked. a0, the thread
 * that leaves, is what the thread that comes finds returned.
 */
#include <asm/switch.h>

.macro	callee_saved operation
	\operation ra, SWITCH_ENTRY(sp)
	\operation s0, 8(sp)
	\operation s1, 16(sp)
	\operation s2, 24(sp)
	\operation s3, 32(sp)
	\operation s4, 40(sp)
	\operation s5, 48(sp)
	\operation s6, 56(sp)
	\operation s7, 64(sp)
	\operation s8, 72(sp)
	\operation s9, 80(sp)
	\operation s10, 88(sp)
	\operation s11, 96(sp)
.endm

	.section .text
	.globl	arch_switch
arch_switch:
	addi	sp, sp, -SWITCH_FRAME_SIZE
	callee_saved sd
	sd	sp, 0(a0)
	ld	sp, 0(a1)
	callee_saved ld
	addi	sp, sp, SWITCH_FRAME_SIZE
	ret

/* Whoever walks the calls of a thread ends here: no caller, no frame. */
	.globl	arch_thread_start
arch_thread_start:
	li	s0, 0
	li	ra, 0
	tail	task_entry
