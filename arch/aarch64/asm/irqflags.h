/* SPDX-License-Identifier: MIT */
/*
 * Masking interrupts on this CPU, so that it nests.
 *
 * Two masks: PSTATE.I, which the hardware sets at boot and at each trap, and the GIC's priority
 * mask (ICC_PMR_EL1), which lets NMI-like interrupts through. Interrupts are enabled when neither
 * holds them back. Where the priority mask works, these functions mask by it, and leave a CPU that
 * finds PSTATE.I set as it is: it is masked, and its GIC may not be set up yet.
 *
 * A write of ICC_PMR_EL1 is self-synchronising: what it holds back is not taken after it. Unmasking
 * needs no dsb, because ICC_CTLR_EL1.PMHE is clear (irqchip/gicv3_nmi.h).
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <stdbool.h>

#include <asm/sysreg.h>

#define DAIF_I 0x80UL /* set: masked */

/* Of ICC_PMR_EL1: gic_common.h's GIC_PRIORITY_OPEN and GIC_PRIORITY_MASKED. */
#define PMR_OPEN 0xf0UL
#define PMR_MASKED 0xa0UL

/* Written by the boot CPU while it is alone. */
extern bool irq_priority_masking;

static inline void local_irq_enable(void)
{
	if (irq_priority_masking) {
		write_sysreg(PMR_OPEN, ICC_PMR_EL1);
	}
	daif_unmask_irq();
}

/* Nonzero when interrupts were enabled. */
static inline unsigned long local_irq_save(void)
{
	unsigned long enabled = ~read_sysreg(daif) & DAIF_I;

	if (!irq_priority_masking) {
		daif_mask_irq();
	} else if (enabled != 0 && read_sysreg(ICC_PMR_EL1) == PMR_OPEN) {
		write_sysreg(PMR_MASKED, ICC_PMR_EL1);
	} else {
		enabled = 0;
	}
	return enabled;
}

static inline void local_irq_restore(unsigned long state)
{
	if (state != 0) {
		local_irq_enable();
	}
}

static inline void local_irq_disable(void)
{
	(void)local_irq_save();
}

static inline bool irqs_disabled(void)
{
	return (read_sysreg(daif) & DAIF_I) != 0 ||
	       (irq_priority_masking && read_sysreg(ICC_PMR_EL1) != PMR_OPEN);
}

/*
 * Holds back NMI-like interrupts as well, where a trap would find the CPU between two threads; with
 * interrupts masked already. Afterwards they are masked by priority, whichever way they were
 * before: so the thread that comes finds what it left, when it gives back its own.
 */
static inline unsigned long local_nmi_save(void)
{
	unsigned long state = read_sysreg(daif) & DAIF_I;

	daif_mask_irq();
	if (irq_priority_masking) {
		write_sysreg(PMR_MASKED, ICC_PMR_EL1);
	}
	return state;
}

static inline void local_nmi_restore(unsigned long state)
{
	if (state == 0) {
		daif_unmask_irq();
	}
}

#endif
