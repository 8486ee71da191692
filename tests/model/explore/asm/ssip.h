/* SPDX-License-Identifier: MIT */
/* The explorer's machine: one software interrupt a CPU. */
#ifndef ASM_SSIP_H
#define ASM_SSIP_H

void ssip_clear(void);
void ssip_enable(void);
void ssip_disable(void);

#endif
