/* SPDX-License-Identifier: MIT */
/* What trap_entry.S calls, interrupts masked. */
#ifndef KERNEL_AARCH64_TRAP_H
#define KERNEL_AARCH64_TRAP_H

struct pt_regs;

void handle_irq(struct pt_regs *regs);
void handle_sync(struct pt_regs *regs);
void handle_user_sync(struct pt_regs *regs);
_Noreturn void handle_impossible(struct pt_regs *regs, unsigned long vector);

#endif
