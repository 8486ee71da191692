/* SPDX-License-Identifier: MIT */
/*
 * Fences at the device boundary. The aq and rl bits of atomics order memory only, never I/O or
 * firmware calls, so these stand by themselves: docs/ordering.md, rules 3 and 4.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

/* Before a firmware call that rings another hart: earlier loads and stores first. */
static inline void mb_before_ecall(void)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
}

/*
 * After an interrupt-pending bit was cleared through a CSR (device output) and before the pending
 * word is read: without it the clear may come second, and what was raised between is lost.
 */
static inline void mb_after_pending_clear(void)
{
	__asm__ volatile("fence o, rw" : : : "memory");
}

#endif
