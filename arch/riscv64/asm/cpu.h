/* SPDX-License-Identifier: MIT */
/* The running CPU. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <stdbool.h>

#include <asm/csr.h>

struct percpu;

/*
 * tp is the running CPU's struct percpu, from boot.S on and through every trap. Volatile: a thread
 * may go on on another CPU after a call that switches, so a copy must not outlive one.
 */
static inline struct percpu *this_cpu(void)
{
	struct percpu *self;

	__asm__ volatile("mv %0, tp" : "=r"(self));
	return self;
}

static inline void set_this_cpu(struct percpu *self)
{
	__asm__ volatile("mv tp, %0" : : "r"(self) : "memory");
}

/* The Zihintpause hint; where it does not exist the encoding is a fence that orders nothing. */
static inline void cpu_relax(void)
{
	__asm__ volatile(".4byte 0x0100000f" : : : "memory");
}

/* With interrupts masked: sleeps until one that sie enables is pending. It stays pending. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

/* One that sie enables is pending: wait_for_interrupt() would return at once. */
static inline bool interrupt_pending(void)
{
	return (csr_read(sip) & csr_read(sie)) != 0;
}

#endif
