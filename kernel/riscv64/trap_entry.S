/* SPDX-License-Identifier: MIT */
/*
 * The one trap vector; interrupts are masked by the hardware. In the kernel tp is this CPU's
 * struct percpu, gp is right, and sscratch is zero; nothing catches a stack that grew too far, so
 * the entry checks sp before it stores anything. In user mode all registers are the program's, and
 * sscratch is what tp will be.
 */
#include <asm/ptrace.h>

#include "kernel/percpu_offsets.h"

#define EMERGENCY_STACK_SIZE 8192
#define STATUS_SPP 0x100 /* sstatus: it was the kernel that was interrupted */

/* gp relaxation must not be applied to the instruction that sets gp. */
.macro	load_gp
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
.endm

/* All but sp, which the callers treat by themselves. */
.macro	save_registers
	sd	x1, PT_X(1)(sp)
	sd	x3, PT_X(3)(sp)
	sd	x4, PT_X(4)(sp)
	sd	x5, PT_X(5)(sp)
	.irp	n, 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, PT_X(\n)(sp)
	.endr
	csrr	t0, sepc
	csrr	t1, sstatus
	csrr	t2, scause
	csrr	t3, stval
	sd	t0, PT_EPC(sp)
	sd	t1, PT_STATUS(sp)
	sd	t2, PT_CAUSE(sp)
	sd	t3, PT_BADADDR(sp)
.endm

	.section .text
	.globl trap_entry
	.balign	4	/* stvec's low bits are its mode: 0, everything enters here */
trap_entry:
	csrrw	tp, sscratch, tp
	bnez	tp, from_user
	csrrw	tp, sscratch, tp	/* back: tp was right */
	sd	t0, PERCPU_SCRATCH(tp)
	ld	t0, PERCPU_STACK_LIMIT(tp)
	bltu	sp, t0, overflow
	ld	t0, PERCPU_STACK_TOP(tp)
	bltu	t0, sp, overflow
	ld	t0, PERCPU_SCRATCH(tp)

	addi	sp, sp, -PT_REGS_SIZE
	save_registers
	addi	t0, sp, PT_REGS_SIZE
	sd	t0, PT_SP(sp)
	sd	s0, PT_FRAME(sp)
	ld	t0, PT_EPC(sp)
	sd	t0, PT_FRAME+8(sp)
handle:
	addi	s0, sp, PT_REGS_SIZE	/* what was interrupted, as a frame of its own */
	mv	a0, sp
	call	trap_handler
leave:
	/* sepc and sstatus as they were: a nested trap may have changed both. */
	ld	t0, PT_EPC(sp)
	ld	t1, PT_STATUS(sp)
	csrw	sepc, t0
	csrw	sstatus, t1
	/*
	 * An SC that comes behind this must not pair with an LR from before the trap, or from the
	 * handler: a reservation survives sret. A store-conditional to a scratch word ends it, as
	 * the unprivileged ISA asks for under "Load-Reserved/Store-Conditional Instructions". This
	 * one stores what the word holds already, or fails.
	 */
	addi	t2, sp, PT_EPC
	sc.d	zero, t0, (t2)
	andi	t1, t1, STATUS_SPP
	bnez	t1, 1f
	csrw	sscratch, tp	/* the next trap comes from user mode */
	ld	x3, PT_X(3)(sp)
	ld	x4, PT_X(4)(sp)
1:
	.irp	n, 1,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\n, PT_X(\n)(sp)
	.endr
	ld	sp, PT_SP(sp)
	sret

/* tp is the struct percpu, sscratch what it held. */
from_user:
	sd	sp, PERCPU_SCRATCH(tp)
	ld	sp, PERCPU_KERNEL_SP(tp)
	addi	sp, sp, -PT_REGS_SIZE
	save_registers
	csrr	t0, sscratch
	ld	t1, PERCPU_SCRATCH(tp)
	sd	t0, PT_X(4)(sp)
	sd	t1, PT_SP(sp)
	csrw	sscratch, zero
	sd	zero, PT_FRAME(sp)
	sd	zero, PT_FRAME+8(sp)
	load_gp
	j	handle

/* What a function must preserve. */
.macro	callee_saved operation
	\operation ra, 0(sp)
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

	.globl arch_user_enter, arch_user_leave
arch_user_enter:
	addi	sp, sp, -112
	callee_saved sd
	sd	sp, PERCPU_KERNEL_SP(tp)
	mv	sp, a0
	j	leave

arch_user_leave:
	ld	sp, PERCPU_KERNEL_SP(tp)
	callee_saved ld
	addi	sp, sp, 112
	ret

/*
 * The first CPU that gets here reports on the only emergency stack, and ends the machine; others
 * wait for that. t0 is in the scratch word.
 */
overflow:
	sd	t1, PERCPU_SCRATCH2(tp)
	la	t0, emergency_taken
	li	t1, 1
	amoswap.w t1, t1, (t0)
	bnez	t1, 1f
	ld	t1, PERCPU_SCRATCH2(tp)
	mv	t0, sp
	la	sp, emergency_stack + EMERGENCY_STACK_SIZE - PT_REGS_SIZE
	sd	t0, PT_SP(sp)
	ld	t0, PERCPU_SCRATCH(tp)
	save_registers
	mv	a0, sp
	call	stack_overflow
1:	wfi
	j	1b

	.section .bss
	.balign 16
emergency_stack:
	.space	EMERGENCY_STACK_SIZE
emergency_taken:
	.word	0
