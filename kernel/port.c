/* SPDX-License-Identifier: MIT */
/* The library's six hooks. */
#include <crosscall/port.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/panic.h"

unsigned int port_smp_processor_id(void)
{
	return this_cpu()->cpu;
}

unsigned long port_local_irq_save(void)
{
	return local_irq_save();
}

void port_local_irq_restore(unsigned long state)
{
	local_irq_restore(state);
}

void port_cpu_relax(void)
{
	cpu_relax();
}

uint64_t port_clock_ns(void)
{
	return arch_clock_ns();
}

void port_panic(const char *message)
{
	panic(message);
}
