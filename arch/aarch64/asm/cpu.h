/* SPDX-License-Identifier: MIT */
/* The running CPU. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

struct percpu;

/*
 * TPIDR_EL1 is the running CPU's struct percpu, from boot.S on. Not volatile: it never changes, so
 * the compiler may keep a copy.
 */
static inline struct percpu *this_cpu(void)
{
	struct percpu *self;

	__asm__("mrs %0, tpidr_el1" : "=r"(self));
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

#endif
