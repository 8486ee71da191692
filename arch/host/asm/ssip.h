/* SPDX-License-Identifier: MIT */
/* The supervisor software interrupt on the host: see barrier.h here. */
#ifndef ASM_SSIP_H
#define ASM_SSIP_H

void ssip_clear(void);
void ssip_enable(void);
void ssip_disable(void);

#endif
