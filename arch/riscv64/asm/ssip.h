/* SPDX-License-Identifier: MIT */
/* The supervisor software interrupt: Privileged Architecture 1.12, sections 4.1.3 (sip and sie). */
#ifndef ASM_SSIP_H
#define ASM_SSIP_H

#define SIP_SSIP (1UL << 1)

static inline void ssip_clear(void)
{
	__asm__ volatile("csrc sip, %0" : : "r"(SIP_SSIP) : "memory");
}

static inline void ssip_enable(void)
{
	__asm__ volatile("csrs sie, %0" : : "r"(SIP_SSIP) : "memory");
}

static inline void ssip_disable(void)
{
	__asm__ volatile("csrc sie, %0" : : "r"(SIP_SSIP) : "memory");
}

#endif
