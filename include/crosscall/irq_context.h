/* SPDX-License-Identifier: MIT */
/* Per CPU: how deep in interrupts it is, and whose registers were interrupted. */
#ifndef CROSSCALL_IRQ_CONTEXT_H
#define CROSSCALL_IRQ_CONTEXT_H

#include <stdbool.h>

struct pt_regs;

/*
 * Every interrupt entry calls irq_enter() first and irq_exit() last, interrupts masked, same CPU.
 * They nest. irq_enter() returns the registers of the level below, to be given to the matching
 * irq_exit().
 */
struct pt_regs *irq_enter(struct pt_regs *regs);
void irq_exit(struct pt_regs *outer);

/*
 * The same for an NMI-like interrupt: one that may have interrupted a context that masks
 * interrupts. Between irq_enter() and irq_exit(); nothing else interrupts it.
 */
void nmi_enter(void);
void nmi_exit(void);

/* True inside an NMI-like interrupt on this CPU. Any context where the CPU cannot change. */
bool in_nmi(void);

/* True inside an interrupt on this CPU. Any context where the CPU cannot change. */
bool in_interrupt(void);

/* The registers of the innermost interrupted context; null outside interrupts. Same context. */
struct pt_regs *get_irq_regs(void);

#endif
