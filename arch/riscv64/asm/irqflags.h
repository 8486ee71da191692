/* SPDX-License-Identifier: MIT */
/* Masking interrupts on this CPU, so that it nests. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <stdbool.h>

#include <asm/csr.h>

/* Nonzero when interrupts were enabled. */
static inline unsigned long local_irq_save(void)
{
	return csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
}

static inline void local_irq_restore(unsigned long state)
{
	csr_set(sstatus, state & SSTATUS_SIE);
}

static inline void local_irq_enable(void)
{
	csr_set(sstatus, SSTATUS_SIE);
}

static inline void local_irq_disable(void)
{
	csr_clear(sstatus, SSTATUS_SIE);
}

static inline bool irqs_disabled(void)
{
	return (csr_read(sstatus) & SSTATUS_SIE) == 0;
}

/* Nothing here interrupts a CPU that masks interrupts. */
static inline unsigned long local_nmi_save(void)
{
	return 0;
}

static inline void local_nmi_restore(unsigned long state)
{
	(void)state;
}

#endif
