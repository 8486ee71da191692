/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <asm/csr.h>
#include <asm/ptrace.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/riscv64/trap.h"
#include "kernel/sched/sched.h"

_Static_assert(sizeof(struct pt_regs) == PT_REGS_SIZE,
	       "trap_entry.S disagrees with struct pt_regs");
_Static_assert(offsetof(struct pt_regs, status) == PT_STATUS &&
		       offsetof(struct pt_regs, cause) == PT_CAUSE &&
		       offsetof(struct pt_regs, badaddr) == PT_BADADDR &&
		       offsetof(struct pt_regs, frame) == PT_FRAME,
	       "trap_entry.S disagrees with struct pt_regs");

/* Privileged Architecture 1.12, table 4.2. */
static const char *const exceptions[] = {
	[0] = "instruction address misaligned",
	[1] = "instruction access fault",
	[2] = "illegal instruction",
	[3] = "breakpoint",
	[4] = "load address misaligned",
	[5] = "load access fault",
	[6] = "store address misaligned",
	[7] = "store access fault",
	[8] = "environment call from U-mode",
	[9] = "environment call from S-mode",
	[12] = "instruction page fault",
	[13] = "load page fault",
	[15] = "store page fault",
};

static const char *exception_name(unsigned long cause)
{
	const char *name = NULL;

	if (cause < sizeof(exceptions) / sizeof(exceptions[0])) {
		name = exceptions[cause];
	}
	return name != NULL ? name : "unknown exception";
}

static void interrupt(unsigned long irq, struct pt_regs *regs)
{
	switch (irq) {
	case IRQ_S_TIMER:
		timer_interrupt(regs);
		break;
	case IRQ_S_SOFT:
	case IRQ_S_EXT:
		/* One doorbell is in use, and only its line is enabled. */
		doorbell_interrupt(regs);
		break;
	default:
		fatal_trap("unknown interrupt", regs);
	}
}

#define ECALL_FROM_USER 8UL

static _Noreturn void exception_in_user(struct pt_regs *regs)
{
	if (regs->cause == ECALL_FROM_USER) {
		user_call(regs->x[9]);
	}
	user_exception(exception_name(regs->cause), regs);
}

void trap_handler(struct pt_regs *regs)
{
	if ((regs->cause & SCAUSE_INTERRUPT) != 0) {
		interrupt(regs->cause & ~SCAUSE_INTERRUPT, regs);
	} else if (arch_regs_user(regs)) {
		exception_in_user(regs);
	} else {
		fatal_trap(exception_name(regs->cause), regs);
	}
	if (!stack_guard_intact()) {
		stack_overflow(regs);
	}
	if ((regs->cause & SCAUSE_INTERRUPT) != 0) {
		sched_interrupt_exit();
	}
}

static const char *const names[32] = {
	"zero", "ra", "sp", "gp", "tp",	 "t0",	"t1", "t2", "s0", "s1", "a0",
	"a1",	"a2", "a3", "a4", "a5",	 "a6",	"a7", "s2", "s3", "s4", "s5",
	"s6",	"s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

bool arch_regs_user(const struct pt_regs *regs)
{
	return (regs->status & SSTATUS_SPP) == 0;
}

void arch_user_regs(struct pt_regs *regs, unsigned long pc, unsigned long argument)
{
	regs->epc = pc;
	regs->x[9] = argument;
	regs->status = (csr_read(sstatus) & ~(SSTATUS_SPP | SSTATUS_FS | SSTATUS_VS)) |
		       SSTATUS_SPIE;
}

unsigned long arch_regs_pc(const struct pt_regs *regs)
{
	return regs->epc;
}

unsigned long arch_regs_sp(const struct pt_regs *regs)
{
	return regs->x[1];
}

bool arch_regs_masked(const struct pt_regs *regs)
{
	return (regs->status & SSTATUS_SPIE) == 0;
}

unsigned long arch_regs_fp(const struct pt_regs *regs)
{
	return regs->x[7];
}

unsigned long arch_regs_link(const struct pt_regs *regs)
{
	return regs->x[0];
}

void arch_show_regs(const struct pt_regs *regs)
{
	printk("  epc %016lx status %016lx cause %016lx badaddr %016lx\n", regs->epc, regs->status,
	       regs->cause, regs->badaddr);
	for (unsigned int n = 1; n < 32; n += 4) {
		char line[112];
		size_t len = 0;

		for (unsigned int i = n; i < n + 4 && i < 32; i++) {
			len += (size_t)snprintf(line + len, sizeof(line) - len, " %4s %016lx",
						names[i], regs->x[i - 1]);
		}
		printk(" %s\n", line);
	}
}
