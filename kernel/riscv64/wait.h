/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_RISCV64_WAIT_H
#define KERNEL_RISCV64_WAIT_H

#include "kernel/fdt.h"

/* How arch_wait_on() waits here. The boot CPU, before any other runs. */
void wait_init(const struct dt *dt);

#endif
