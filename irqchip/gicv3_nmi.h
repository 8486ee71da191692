/* SPDX-License-Identifier: MIT */
/*
 * Priority masking as pseudo-NMI: a CPU that masks interrupts by ICC_PMR_EL1 instead of PSTATE.I
 * still takes the SGIs of IPI_NMI_KINDS, whose priority is above the mask. The driver's own part.
 *
 * GICv2 has none of this: its mask is a device register. A write of it takes effect some time after
 * the instruction, so a CPU could take an interrupt that it has masked already, and reading back
 * each time would make every masking cost two accesses to a device.
 */
#ifndef IRQCHIP_GICV3_NMI_H
#define IRQCHIP_GICV3_NMI_H

#include <stdbool.h>

/*
 * Tries on this CPU whether the mask holds back what it should, and nothing else; false with a line
 * that says what is wrong. 'frame' is its redistributor. Context: PSTATE.I set, the CPU interface
 * enabled, the mask open, all SGIs disabled; so it is afterwards.
 */
bool gicv3_nmi_works(char *frame);

/* What the others rely on: whether it is used at all. The boot CPU, alone. */
void gicv3_nmi_use(bool on);

/* Opens this CPU's mask, unless that is what masks interrupts right now. */
void gicv3_nmi_open_mask(void);

/* The priorities of this CPU's SGIs. */
void gicv3_nmi_init(char *frame);

/*
 * Around the handler of SGI 'sgi' or of a private interrupt (any number from 16 on), acknowledged,
 * PSTATE.I set, and so it is afterwards: in a handler that is not NMI-like itself, the mask takes
 * the place of PSTATE.I. The mask is left as it was in between: who saved it at the entry of the
 * interrupt restores it.
 */
void gicv3_nmi_begin(unsigned int intid);
void gicv3_nmi_end(unsigned int intid);

#endif
