/* SPDX-License-Identifier: MIT */
/* The running CPU. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <stdbool.h>

#include <asm/irqflags.h>
#include <asm/sysreg.h>

#define ISR_F (1U << 6)
#define ISR_I (1U << 7)

struct percpu;

/*
 * TPIDR_EL1 is the running CPU's struct percpu, from boot.S on. Volatile: a thread may go on on
 * another CPU after a call that switches, so a copy must not outlive one.
 */
static inline struct percpu *this_cpu(void)
{
	struct percpu *self;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(self));
	return self;
}

static inline void set_this_cpu(struct percpu *self)
{
	__asm__ volatile("msr tpidr_el1, %0" : : "r"(self) : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/*
 * Interrupts are masked. What the priority mask holds back neither ends a sleep nor shows as
 * pending, so PSTATE.I takes its place between the two. Nonzero: there is something to put back.
 */
static inline unsigned long priority_mask_open(void)
{
	unsigned long pmr = 0;

	if (irq_priority_masking && (read_sysreg(daif) & DAIF_I) == 0) {
		pmr = read_sysreg(ICC_PMR_EL1);
		daif_mask_irq();
		write_sysreg(PMR_OPEN, ICC_PMR_EL1);
	}
	return pmr;
}

static inline void priority_mask_restore(unsigned long pmr)
{
	if (pmr != 0) {
		write_sysreg(pmr, ICC_PMR_EL1);
		daif_unmask_irq();
	}
}

/* With interrupts masked: sleeps until one is pending, which stays so. The dsb lets stores out. */
static inline void wait_for_interrupt(void)
{
	unsigned long pmr = priority_mask_open();

	__asm__ volatile("dsb sy\n\twfi" : : : "memory");
	priority_mask_restore(pmr);
}

/* An IRQ or FIQ is pending, masked or not: ISR_EL1. wait_for_interrupt() would return at once. */
static inline bool interrupt_pending(void)
{
	unsigned long pmr = priority_mask_open();
	bool pending;

	isb();
	pending = (read_sysreg(isr_el1) & (ISR_I | ISR_F)) != 0;
	priority_mask_restore(pmr);
	return pending;
}

#endif
