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

#define PT_REGS_SIZE 304 /* a multiple of 16, as the stack must be */

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
};

#endif

#endif
