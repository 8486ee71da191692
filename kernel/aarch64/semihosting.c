/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/semihosting.h"

#include <stdint.h>

#include <asm/ptrace.h>

#define SYS_WRITEC 0x03UL
#define SYS_EXIT_EXTENDED 0x20UL

#define APPLICATION_EXIT 0x20026UL /* ADP_Stopped_ApplicationExit */
#define HLT_F000 0xd45e0000U

static void request(unsigned long operation, const void *parameter)
{
	register unsigned long x0 __asm__("x0") = operation;
	register const void *x1 __asm__("x1") = parameter;

	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

void semihosting_putc(char c)
{
	request(SYS_WRITEC, &c);
}

void semihosting_exit(int status)
{
	unsigned long block[2] = {APPLICATION_EXIT, (unsigned long)status};

	request(SYS_EXIT_EXTENDED, block);
}

bool semihosting_refused(struct pt_regs *regs)
{
	if (*(const uint32_t *)regs->pc != HLT_F000) {
		return false;
	}
	regs->x[0] = ~0UL;
	regs->pc += sizeof(uint32_t);
	return true;
}
