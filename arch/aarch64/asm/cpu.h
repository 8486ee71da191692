/* SPDX-License-Identifier: MIT */
/* The running CPU. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <stdbool.h>

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

/* With interrupts masked: sleeps until one is pending, which stays so. The dsb lets stores out. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

/* An IRQ or FIQ is pending, masked or not: ISR_EL1. wait_for_interrupt() would return at once. */
static inline bool interrupt_pending(void)
{
	return (read_sysreg(isr_el1) & (ISR_I | ISR_F)) != 0;
}

#endif
