/* SPDX-License-Identifier: MIT */
/* What the firmware says when it does not start a hart, in words. Pure: tests/unit has it too. */
#ifndef KERNEL_RISCV64_HSM_REFUSAL_H
#define KERNEL_RISCV64_HSM_REFUSAL_H

#include <stddef.h>

/* The words for an error of sbi_hart_start() that is not SBI_SUCCESS, cut to 'size'. */
void hsm_refusal(char *text, size_t size, long error);

#endif
