/* SPDX-License-Identifier: MIT */
/* The registers of an interrupted context, as kernel/aarch64/trap_entry.S saves them. */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#define PT_X(n) ((n)*8) /* x0 to x30 */
#define PT_SP 248
#define PT_PC 256
#define PT_PSTATE 264
#define PT_ESR 272
#define PT_FAR 280

#define PT_CPACR 288 /* whether floating point was on */
#define PT_TPIDR 296 /* TPIDR_EL0, in user mode */

#define PT_PMR 304   /* the priority mask, where it is in use */
#define PT_FRAME 320 /* a frame record: the frame pointer and where it was interrupted */

#define PT_REGS_SIZE 336 /* a multiple of 16, as the stack must be */

/* Above struct pt_regs: q0 to q31, FPSR, FPCR; stored only of who had floating point on. */
#define PT_FP_SIZE 528

/* A frame record, from where the frame pointer points: the caller's, and the return address. */
#define FRAME_CALLER 0
#define FRAME_RETURN 8

#ifndef __ASSEMBLER__

struct pt_regs {
	unsigned long x[31];
	unsigned long sp;
	unsigned long pc;
	unsigned long pstate;
	unsigned long esr; /* what kind of exception; meaningless for an interrupt */
	unsigned long far;
	unsigned long cpacr;
	unsigned long tpidr;
	unsigned long pmr;
	unsigned long unused;
	unsigned long frame[2];
};

#endif

#endif
