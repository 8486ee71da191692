/* SPDX-License-Identifier: MIT */
/*
 * The doorbell of a machine whose firmware rings nobody: a CPU sets its own software interrupt
 * pending. It reaches only the CPU that rings, so only one CPU can use it.
 */
#ifndef KERNEL_RISCV64_DOORBELL_SELF_H
#define KERNEL_RISCV64_DOORBELL_SELF_H

#include <crosscall/irqchip.h>

/* Returns 0 and the doorbell in *out; -ENOSPC from the mux. The boot CPU, after crosscall_init().
 */
int doorbell_self_init(const struct doorbell **out);

#endif
