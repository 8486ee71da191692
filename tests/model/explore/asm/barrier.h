/* SPDX-License-Identifier: MIT */
/* The explorer's machine: a clear of the doorbell may commit late unless the fence drains it. */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

void mb_before_ecall(void);
void mb_after_pending_clear(void);

#endif
