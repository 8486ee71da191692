/* SPDX-License-Identifier: MIT */
/* Requests to a debugger or emulator: Arm, Semihosting for AArch32 and AArch64. */
#ifndef KERNEL_AARCH64_SEMIHOSTING_H
#define KERNEL_AARCH64_SEMIHOSTING_H

#include <stdbool.h>

struct pt_regs;

/* Each does nothing where nobody listens. */
void semihosting_putc(char c);
void semihosting_exit(int status);

/*
 * True when the undefined instruction was a request that nobody took; it was then stepped over, and
 * its result is -1.
 */
bool semihosting_refused(struct pt_regs *regs);

#endif
