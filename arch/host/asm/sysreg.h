/* SPDX-License-Identifier: MIT */
/* AArch64's system registers and barriers on the host: a fake (tests/unit/fake_gic_cpu.c). */
#ifndef ASM_SYSREG_H
#define ASM_SYSREG_H

#include <stdbool.h>
#include <stdint.h>

enum sysreg {
	ID_AA64PFR0_EL1,
	ICC_PMR_EL1,
	ICC_AP1R0_EL1,
	ICC_AP1R1_EL1,
	ICC_AP1R2_EL1,
	ICC_AP1R3_EL1,
	ICC_SGI1R_EL1,
	ICC_IAR1_EL1,
	ICC_EOIR1_EL1,
	ICC_BPR1_EL1,
	ICC_CTLR_EL1,
	ICC_SRE_EL1,
	ICC_IGRPEN1_EL1,
	ISR_EL1,
	NR_SYSREGS,
};

uint64_t read_sysreg(enum sysreg reg);
void write_sysreg(uint64_t value, enum sysreg reg);

/* PSTATE.I. */
void fake_daif(bool masked);

#define daif_mask_irq() fake_daif(true)
#define daif_unmask_irq() fake_daif(false)

void fake_barrier(const char *barrier);

#define isb() fake_barrier("isb")
#define dsb(option) fake_barrier("dsb " #option)
#define dmb(option) fake_barrier("dmb " #option)

#endif
