/* SPDX-License-Identifier: MIT */
/*
 * Where a CPU is: its registers and the calls that led there. A CPU saves its own, in any context,
 * also an NMI-like one: without a lock, without printing. Who asked prints.
 */
#ifndef KERNEL_BACKTRACE_H
#define KERNEL_BACKTRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <asm/ptrace.h>

#define BACKTRACE_MOST 16U

/* Innermost first. Complete: it ends where the CPU or the thread started. */
struct backtrace {
	unsigned long nr;
	unsigned long complete;
	unsigned long pc[BACKTRACE_MOST];
};

/* Where a CPU was when it was asked last. */
struct whereabouts {
	uint64_t ns;	    /* arch_clock_ns() then */
	const char *thread; /* its name */
	struct pt_regs regs;
	struct backtrace trace;
};

#define WHEREABOUTS_WORDS (sizeof(struct whereabouts) / sizeof(unsigned long))

/*
 * The same, kept for others to read. Its CPU alone writes it, always at the same level, which does
 * not nest: in NMI-like interrupts, or where there are none in others. 'version' is odd while it is
 * written: a reader that finds it even, and the same after as before, has read one version.
 */
struct whereabouts_box {
	_Atomic uint32_t version; /* 0: never */
	_Atomic unsigned long word[WHEREABOUTS_WORDS];
};

/*
 * The running CPU's: of the interrupted context (its stack is this CPU's), or of the caller. Frame
 * records are followed while they lie on the stack, aligned, each above the last.
 */
void backtrace_of(const struct pt_regs *regs, struct backtrace *trace);
void backtrace_here(struct backtrace *trace);

/*
 * A line each, with printk: the address, the function and how far into it; "..." for what is
 * missing.
 */
void backtrace_print(const struct backtrace *trace);

/* On the CPU: keeps where it was interrupted; 'regs' may be null. */
void whereabouts_keep(const struct pt_regs *regs);

/* A copy; false when there is none that is whole. */
bool whereabouts_read(unsigned int cpu, struct whereabouts *where);

/* Prints what there is about 'cpu': registers and calls. Any context but an NMI-like one. */
void whereabouts_print(unsigned int cpu);

#endif
