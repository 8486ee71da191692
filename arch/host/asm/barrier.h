/* SPDX-License-Identifier: MIT */
/* The device boundary on the host: a fake that notes what is called, and when
 * (tests/unit/fake_sbi.c). */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

void mb_before_ecall(void);
void mb_after_pending_clear(void);

#endif
