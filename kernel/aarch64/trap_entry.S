/* SPDX-License-Identifier: MIT */
/*
 * The vectors: for traps from the kernel, at EL1 with SP_EL1, and from user mode. The hardware
 * masks interrupts (PSTATE.I); what the GIC's priority mask was is part of the context.
 *
 * The kernel is compiled without floating point, but the C library's printf uses its registers.
 * They are off until somebody needs them (trap.c turns them on), and only a context that has them
 * on pays for saving them.
 */
#include <asm/ptrace.h>

#include "kernel/percpu_offsets.h"

#define FP(offset) (PT_REGS_SIZE + (offset))
#define FP_STATUS FP(512)
#define FP_CONTROL FP(520)
#define FRAME_SIZE FP(PT_FP_SIZE)
#define CPACR_FPEN_BIT 20
#define PSTATE_LEVEL 0xc /* 0: user mode */
#define EMERGENCY_STACK_SIZE 8192
#define ICC_PMR_EL1 S3_0_C4_C6_0

.macro	adr_l reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

/* Afterwards x0 is the struct percpu; what it held is in TPIDR_EL0, x1 in the scratch word. */
.macro	take_scratch
	msr	tpidr_el0, x0
	mrs	x0, tpidr_el1
	str	x1, [x0, #PERCPU_SCRATCH]
.endm

/* x0 to x29. */
.macro	pairs operation
	\operation x0, x1, [sp, #PT_X(0)]
	\operation x2, x3, [sp, #PT_X(2)]
	\operation x4, x5, [sp, #PT_X(4)]
	\operation x6, x7, [sp, #PT_X(6)]
	\operation x8, x9, [sp, #PT_X(8)]
	\operation x10, x11, [sp, #PT_X(10)]
	\operation x12, x13, [sp, #PT_X(12)]
	\operation x14, x15, [sp, #PT_X(14)]
	\operation x16, x17, [sp, #PT_X(16)]
	\operation x18, x19, [sp, #PT_X(18)]
	\operation x20, x21, [sp, #PT_X(20)]
	\operation x22, x23, [sp, #PT_X(22)]
	\operation x24, x25, [sp, #PT_X(24)]
	\operation x26, x27, [sp, #PT_X(26)]
	\operation x28, x29, [sp, #PT_X(28)]
.endm

.macro	fp_registers operation
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\operation q\n, [sp, #FP(\n * 16)]
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\operation q\n, [sp, #FP(\n * 16)]
	.endr
.endm

/* All but sp, which the callers treat by themselves. Leaves CPACR_EL1 in x4. */
.macro	save_registers
	pairs	stp
	str	x30, [sp, #PT_X(30)]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	mrs	x2, esr_el1
	mrs	x3, far_el1
	mrs	x4, cpacr_el1
	stp	x0, x1, [sp, #PT_PC]
	stp	x2, x3, [sp, #PT_ESR]
	str	x4, [sp, #PT_CPACR]
	if_priority_masking 8f
	mrs	x5, ICC_PMR_EL1
	str	x5, [sp, #PT_PMR]
8:
.endm

/* Goes on, or where the GIC's priority mask is not in use, to 'otherwise'. Clobbers x5. */
.macro	if_priority_masking otherwise
	adrp	x5, irq_priority_masking
	ldrb	w5, [x5, #:lo12:irq_priority_masking]
	cbz	w5, \otherwise
.endm

/* What the trap interrupted, as a frame of its own for who walks the stack. */
.macro	frame_record fp, pc
	stp	\fp, \pc, [sp, #PT_FRAME]
	add	x29, sp, #PT_FRAME
.endm

/* A trap from the kernel: 'handler' gets the registers. */
.macro	kernel_trap handler
	take_scratch
	ldr	x1, [x0, #PERCPU_STACK_LIMIT]
	cmp	sp, x1
	b.lo	overflow
	ldr	x1, [x0, #PERCPU_STACK_TOP]
	cmp	sp, x1
	b.hi	overflow
	ldr	x1, [x0, #PERCPU_SCRATCH]
	mrs	x0, tpidr_el0
	sub	sp, sp, #FRAME_SIZE
	save_registers
	tbz	x4, #CPACR_FPEN_BIT, 1f
	bl	save_fp
1:	add	x0, sp, #FRAME_SIZE
	str	x0, [sp, #PT_SP]
	ldr	x1, [sp, #PT_PC]
	frame_record x29, x1
	mov	x0, sp
	bl	\handler
	b	leave
.endm

/*
 * A trap from user mode. SP_EL1 is where arch_user_enter() left it. TPIDR_EL0, which traps from the
 * kernel use, is the program's here.
 */
.macro	user_trap handler
	sub	sp, sp, #FRAME_SIZE
	save_registers
	tbz	x4, #CPACR_FPEN_BIT, 1f
	bl	save_fp
1:	mrs	x0, sp_el0
	mrs	x1, tpidr_el0
	str	x0, [sp, #PT_SP]
	str	x1, [sp, #PT_TPIDR]
	frame_record xzr, xzr
	mov	x0, sp
	bl	\handler
	b	leave
.endm

.macro	vector target
	.balign	128
	b	\target
.endm
/* What no context of this kernel can cause; 'number' is the vector. */
.macro	impossible number
	.balign	128
	msr	tpidr_el0, x0
	mov	x0, #\number
	b	impossible_trap
.endm

	.section .text
	.balign	2048
	.globl	vectors
vectors:
	impossible 0
	impossible 1
	impossible 2
	impossible 3
	vector	kernel_sync
	vector	kernel_irq
	impossible 6
	impossible 7
	vector	user_sync
	vector	user_irq
	.irp	number, 10,11,12,13,14,15
	impossible \number
	.endr
	.balign	128

kernel_sync:
	kernel_trap handle_sync
kernel_irq:
	kernel_trap handle_irq
user_sync:
	user_trap handle_user_sync
user_irq:
	user_trap handle_irq

leave:
	/* Nothing may come between here and the eret, NMI-like or not. */
	msr	daifset, #2
	/* Floating point as it was: on with what it held, or off for the next who needs it. */
	ldr	x4, [sp, #PT_CPACR]
	mrs	x5, cpacr_el1
	orr	x6, x4, x5
	tbz	x6, #CPACR_FPEN_BIT, 1f
	bl	restore_fp
1:	if_priority_masking 3f
	ldr	x5, [sp, #PT_PMR]
	msr	ICC_PMR_EL1, x5
3:	ldp	x0, x1, [sp, #PT_PC]
	msr	elr_el1, x0
	msr	spsr_el1, x1
	tst	x1, #PSTATE_LEVEL
	b.ne	2f
	ldr	x0, [sp, #PT_SP]
	ldr	x1, [sp, #PT_TPIDR]
	msr	sp_el0, x0
	msr	tpidr_el0, x1
2:	pairs	ldp
	ldr	x30, [sp, #PT_X(30)]
	add	sp, sp, #FRAME_SIZE
	eret	/* also clears the local monitor: a store-exclusive that was cut off fails */

/* What a function must preserve. */
.macro	callee_saved operation
	\operation x19, x20, [sp, #0]
	\operation x21, x22, [sp, #16]
	\operation x23, x24, [sp, #32]
	\operation x25, x26, [sp, #48]
	\operation x27, x28, [sp, #64]
	\operation x29, x30, [sp, #80]
.endm

	.globl	arch_user_enter, arch_user_leave
arch_user_enter:
	sub	sp, sp, #96
	callee_saved stp
	mrs	x1, tpidr_el1
	mov	x2, sp
	str	x2, [x1, #PERCPU_KERNEL_SP]
	/* A frame as a trap from there leaves it, floating point off. */
	sub	sp, sp, #FRAME_SIZE
	mov	x1, sp
	add	x2, x0, #PT_REGS_SIZE
1:	ldp	x3, x4, [x0], #16
	stp	x3, x4, [x1], #16
	cmp	x0, x2
	b.lo	1b
	b	leave

arch_user_leave:
	mrs	x1, tpidr_el1
	ldr	x2, [x1, #PERCPU_KERNEL_SP]
	mov	sp, x2
	callee_saved ldp
	add	sp, sp, #96
	ret

/* Saves the registers and turns them off, so that a handler that needs them says so by a trap. */
save_fp:
	fp_registers str
	mrs	x0, fpsr
	mrs	x1, fpcr
	str	x0, [sp, #FP_STATUS]
	str	x1, [sp, #FP_CONTROL]
	msr	cpacr_el1, xzr
	isb
	ret

/* x4 is CPACR_EL1 as it was. */
restore_fp:
	msr	cpacr_el1, x4
	isb
	tbz	x4, #CPACR_FPEN_BIT, 1f
	fp_registers ldr
	ldr	x0, [sp, #FP_STATUS]
	ldr	x1, [sp, #FP_CONTROL]
	msr	fpsr, x0
	msr	fpcr, x1
1:	ret

/*
 * Ends the machine, on the only emergency stack: the first CPU that gets here reports, others wait
 * for that. x0 is the struct percpu; what it held is in TPIDR_EL0, x1 in the scratch word.
 */
.macro	last_trap handler
	str	x30, [x0, #PERCPU_SCRATCH2]
	mov	x30, sp
	adr_l	x1, emergency_taken
1:	ldaxr	w0, [x1]
	cbnz	w0, 2f
	stxr	w0, w1, [x1]		/* anything but zero */
	cbnz	w0, 1b
	adr_l	x0, emergency_stack + EMERGENCY_STACK_SIZE - FRAME_SIZE
	str	x30, [x0, #PT_SP]
	mov	sp, x0
	mrs	x1, tpidr_el1
	ldr	x30, [x1, #PERCPU_SCRATCH2]
	ldr	x1, [x1, #PERCPU_SCRATCH]
	mrs	x0, tpidr_el0
	save_registers
	mov	x0, sp
	mrs	x1, tpidrro_el0
	bl	\handler
2:	wfi
	b	2b
.endm

/* TPIDRRO_EL0 is nobody else's: it keeps the number of the vector. */
impossible_trap:
	msr	tpidrro_el0, x0
	mrs	x0, tpidr_el1
	str	x1, [x0, #PERCPU_SCRATCH]
	last_trap handle_impossible
overflow:
	last_trap stack_overflow

	.section .bss
	.balign 16
emergency_stack:
	.space	EMERGENCY_STACK_SIZE
emergency_taken:
	.word	0
