/* SPDX-License-Identifier: MIT */
/* The registers of an interrupted context, as kernel/riscv64/trap_entry.S saves them. */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#define PT_FRAME 288 /* a frame record: the frame pointer and where it was interrupted */

#define PT_REGS_SIZE 304 /* a multiple of 16, as the stack must be */

/* Where x1 to x31 are: PT_X(1) to PT_X(31); the slot of x0 holds the program counter. */
#define PT_X(n) ((n)*8)
#define PT_EPC 0
#define PT_SP PT_X(2)
#define PT_STATUS 256
#define PT_CAUSE 264
#define PT_BADADDR 272

/* A frame record, from where the frame pointer points: the caller's, and the return address. */
#define FRAME_CALLER (-16)
#define FRAME_RETURN (-8)

#ifndef __ASSEMBLER__

struct pt_regs {
	unsigned long epc;
	unsigned long x[31]; /* x[n - 1] is register xn */
	unsigned long status;
	unsigned long cause;
	unsigned long badaddr;
	unsigned long unused;
	unsigned long frame[2];
};

#endif

#endif
