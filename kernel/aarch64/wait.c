/* SPDX-License-Identifier: MIT */
/*
 * Waiting on a word: LDXR arms the monitor, and a store by another CPU that clears it is an event
 * that ends WFE: Arm DDI 0487, D1.6. A masked interrupt is none, so the timer's event stream ends
 * it too, every few microseconds.
 */
#include "kernel/aarch64/wait.h"

#include <asm/sysreg.h>

#include "kernel/arch.h"

/* CNTKCTL_EL1 */
#define EVENT_ENABLE (1UL << 2)
#define EVENT_BIT(n) ((uint64_t)(n) << 4)
#define EVENT_MASK (0xfUL << 4 | 1UL << 3 | EVENT_ENABLE) /* the bit, the edge, the switch */
#define EVENT_BIT_MOST 15U
#define EVENTS_PER_S 100000U

/* An event each time this bit of the counter becomes 1: no more seldom than asked, if it can be. */
static unsigned int event_bit(uint64_t frequency)
{
	unsigned int bit = 0;

	while (bit < EVENT_BIT_MOST && (UINT64_C(4) << bit) * EVENTS_PER_S <= frequency) {
		bit++;
	}
	return bit;
}

void wait_cpu_init(uint64_t frequency)
{
	uint64_t control = read_sysreg(cntkctl_el1) & ~EVENT_MASK;

	write_sysreg(control | EVENT_BIT(event_bit(frequency)) | EVENT_ENABLE, cntkctl_el1);
	isb();
}

void arch_wait_on(const _Atomic uint32_t *word, uint32_t value)
{
	uint32_t now;

	__asm__ volatile("	ldxr	%w0, %1\n"
			 "	cmp	%w0, %w2\n"
			 "	b.ne	1f\n"
			 "	wfe\n"
			 "1:	clrex"
			 : "=&r"(now)
			 : "Q"(*word), "r"(value)
			 : "cc", "memory");
}
