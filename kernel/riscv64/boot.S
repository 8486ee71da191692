/* SPDX-License-Identifier: MIT */
/*
 * The first instructions of each hart. All of them run in S-mode, with address translation off and
 * interrupts masked by the firmware (SBI 2.0, sections 3.2 and 9.1).
 */
#include "kernel/percpu_offsets.h"

#define STATUS_FS_VS 0x6600 /* sstatus */

	.section .head, "ax"
	.option norvc

/* The boot image header that Linux defines (Documentation/arch/riscv/boot-image-header.rst). */
	.globl _start
	j	boot
	.word	0
	.dword	0x200000	/* text_offset: from the start of memory */
	.dword	_image_size
	.dword	0		/* flags: little endian */
	.word	2		/* header version 0.2 */
	.word	0
	.dword	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0

	.option rvc
	.section .text.boot, "ax"

/*
 * Floating point and vectors off, which the firmware may have left on: nothing saves their
 * registers, so a program that had them would read another's. Clobbers t0.
 */
.macro	fp_off
	li	t0, STATUS_FS_VS
	csrc	sstatus, t0
.endm

/* gp relaxation must not be applied to the instruction that sets gp. */
.macro	load_gp
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
.endm

/*
 * The boot hart: a0 is its id, a1 the device tree. Or not: OpenSBI 1.1 makes a hart startable
 * before it has noted where to, so one that looks just then comes here, with the arguments of the
 * boot hart. The first through is the boot hart (the mark is in .data: bss is cleared below); a
 * later one is a hart that was asked to start.
 */
boot:
	csrw	sie, zero
	csrw	sscratch, zero
	fp_off
	la	t0, boot_taken
	li	t1, 1
	amoswap.w.aqrl t1, t1, (t0)
	bnez	t1, strayed
	load_gp
	la	t0, __bss_start
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, (t0)
	addi	t0, t0, 8
	j	1b
2:	la	tp, boot_percpu
	la	sp, boot_stack
	li	t0, STACK_SIZE
	add	sp, sp, t0
	la	t0, trap_entry
	csrw	stvec, t0
	mv	s0, zero
	mv	ra, zero	/* nobody called it: backtraces end here */
	tail	kernel_main

/* What it was to be given stands in smp.c's hart_starts[], noted before the hart was asked for. */
strayed:
	fence	r, rw
	la	t0, hart_starts
	la	t1, nr_hart_starts
	lwu	t1, (t1)
1:	beqz	t1, 2f
	ld	t2, 0(t0)
	ld	a1, 8(t0)
	beq	t2, a0, secondary_boot
	addi	t0, t0, 16
	addi	t1, t1, -1
	j	1b
2:	wfi			/* nobody asked for it */
	j	2b

	.section .data
	.balign	4
boot_taken:
	.word	0

	.section .text.boot, "ax"
/* A hart that was started: a0 is its id, a1 its struct percpu. */
	.globl secondary_boot
secondary_boot:
	csrw	sie, zero
	csrw	sscratch, zero
	fp_off
	load_gp
	mv	tp, a1
	ld	sp, PERCPU_STACK_TOP(tp)
	la	t0, trap_entry
	csrw	stvec, t0
	mv	s0, zero
	mv	ra, zero
	tail	secondary_main
