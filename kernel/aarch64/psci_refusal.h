/* SPDX-License-Identifier: MIT */
/* What PSCI says when it does not start a CPU, in words. Pure: tests/unit has it too. */
#ifndef KERNEL_AARCH64_PSCI_REFUSAL_H
#define KERNEL_AARCH64_PSCI_REFUSAL_H

#include <stddef.h>

/* The words for an error of CPU_ON that is not SUCCESS, cut to 'size'. */
void psci_refusal(char *text, size_t size, long error);

#endif
