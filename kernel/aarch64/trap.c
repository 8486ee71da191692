/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/trap.h"

#include <stddef.h>
#include <string.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include "kernel/aarch64/semihosting.h"
#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/sched/sched.h"

_Static_assert(sizeof(struct pt_regs) == PT_REGS_SIZE,
	       "trap_entry.S disagrees with struct pt_regs");
_Static_assert(offsetof(struct pt_regs, sp) == PT_SP && offsetof(struct pt_regs, pc) == PT_PC &&
		       offsetof(struct pt_regs, pstate) == PT_PSTATE &&
		       offsetof(struct pt_regs, esr) == PT_ESR &&
		       offsetof(struct pt_regs, far) == PT_FAR &&
		       offsetof(struct pt_regs, cpacr) == PT_CPACR &&
		       offsetof(struct pt_regs, tpidr) == PT_TPIDR &&
		       offsetof(struct pt_regs, pmr) == PT_PMR &&
		       offsetof(struct pt_regs, frame) == PT_FRAME,
	       "trap_entry.S disagrees with struct pt_regs");

#define PSTATE_LEVEL 0xcUL
#define CPACR_FPEN (3UL << 20)

/* Exception classes: Arm DDI 0487, ESR_EL1. */
#define ESR_CLASS(esr) ((esr) >> 26 & 0x3f)
#define CLASS_UNKNOWN 0x00
#define CLASS_FP 0x07
#define CLASS_CALL 0x15

static const char *const classes[64] = {
	[CLASS_UNKNOWN] = "undefined instruction",
	[CLASS_FP] = "floating point cannot be used",
	[0x0e] = "illegal execution state",
	[CLASS_CALL] = "supervisor call",
	[0x18] = "system register that cannot be used",
	[0x20] = "instruction abort in user mode",
	[0x21] = "instruction abort",
	[0x22] = "misaligned program counter",
	[0x24] = "data abort in user mode",
	[0x25] = "data abort",
	[0x26] = "misaligned stack pointer",
	[0x3c] = "breakpoint instruction",
};

static void check_stack(const struct pt_regs *regs)
{
	if (!stack_guard_intact()) {
		stack_overflow(regs);
	}
}

void handle_irq(struct pt_regs *regs)
{
	doorbell_interrupt(regs);
	check_stack(regs);
	/* An NMI-like one does not switch threads where interrupts are masked. */
	if (!arch_regs_masked(regs)) {
		sched_interrupt_exit();
	}
}

/* True when the instruction is to be tried again, or was dealt with. */
static bool mend(struct pt_regs *regs)
{
	unsigned long class = ESR_CLASS(regs->esr);

	if (class == CLASS_FP && (read_sysreg(cpacr_el1) & CPACR_FPEN) == 0) {
		/* Not stored yet, and loaded on the way out: zeros, not what the stack held. */
		memset(regs + 1, 0, PT_FP_SIZE);
		write_sysreg(CPACR_FPEN, cpacr_el1);
		regs->cpacr = CPACR_FPEN; /* stays on for this context */
		return true;
	}
	return class == CLASS_UNKNOWN && semihosting_refused(regs);
}

void handle_user_sync(struct pt_regs *regs)
{
	unsigned long class = ESR_CLASS(regs->esr);

	if (class == CLASS_CALL) {
		user_call(regs->x[0]);
	}
	if (class != CLASS_FP || !mend(regs)) {
		user_exception(classes[class] != NULL ? classes[class] : "unknown exception", regs);
	}
}

void handle_sync(struct pt_regs *regs)
{
	const char *name = classes[ESR_CLASS(regs->esr)];

	if (!mend(regs)) {
		fatal_trap(name != NULL ? name : "unknown exception", regs);
	}
	check_stack(regs);
}

void handle_impossible(struct pt_regs *regs, unsigned long vector)
{
	static const char *const names[] = {"synchronous exception", "interrupt", "fast interrupt",
					    "system error"};

	this_cpu()->stack_limit = 0; /* this runs on the emergency stack */
	this_cpu()->stack_top = ~0UL;
	printk("crosscall: vector %lu\n", vector);
	fatal_trap(names[vector % 4], regs);
}

bool arch_regs_user(const struct pt_regs *regs)
{
	return (regs->pstate & PSTATE_LEVEL) == 0;
}

/* PSTATE 0: EL0, nothing masked. */
void arch_user_regs(struct pt_regs *regs, unsigned long pc, unsigned long argument)
{
	regs->pmr = PMR_OPEN;
	regs->pc = pc;
	regs->x[0] = argument;
}

unsigned long arch_regs_pc(const struct pt_regs *regs)
{
	return regs->pc;
}

unsigned long arch_regs_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

bool arch_regs_masked(const struct pt_regs *regs)
{
	return (regs->pstate & DAIF_I) != 0 || (irq_priority_masking && regs->pmr != PMR_OPEN);
}

unsigned long arch_regs_fp(const struct pt_regs *regs)
{
	return regs->x[29];
}

unsigned long arch_regs_link(const struct pt_regs *regs)
{
	return regs->x[30];
}

void arch_show_regs(const struct pt_regs *regs)
{
	printk("  pc %016lx sp %016lx pstate %016lx esr %016lx far %016lx\n", regs->pc, regs->sp,
	       regs->pstate, regs->esr, regs->far);
	for (unsigned int n = 0; n < 28; n += 4) {
		printk("  x%-2u %016lx %016lx %016lx %016lx\n", n, regs->x[n], regs->x[n + 1],
		       regs->x[n + 2], regs->x[n + 3]);
	}
	printk("  x28 %016lx %016lx %016lx\n", regs->x[28], regs->x[29], regs->x[30]);
}
