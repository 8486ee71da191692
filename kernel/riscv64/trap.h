/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_RISCV64_TRAP_H
#define KERNEL_RISCV64_TRAP_H

struct pt_regs;

/* trap_entry.S calls it with every register saved, interrupts masked. */
void trap_handler(struct pt_regs *regs);

#endif
