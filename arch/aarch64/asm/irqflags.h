/* SPDX-License-Identifier: MIT */
/* Masking interrupts on this CPU (PSTATE.I), so that it nests. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <stdbool.h>

#include <asm/sysreg.h>

#define DAIF_I 0x80UL /* set: masked */

static inline void local_irq_enable(void)
{
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline bool irqs_disabled(void)
{
	return (read_sysreg(daif) & DAIF_I) != 0;
}

/* Nonzero when interrupts were enabled. */
static inline unsigned long local_irq_save(void)
{
	unsigned long state = ~read_sysreg(daif) & DAIF_I;

	local_irq_disable();
	return state;
}

static inline void local_irq_restore(unsigned long state)
{
	if (state != 0) {
		local_irq_enable();
	}
}

#endif
