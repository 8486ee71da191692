/* SPDX-License-Identifier: MIT */
/*
 * The six hooks, to be filled in. Copy this file into your kernel, replace each #error by the
 * line or two that your kernel has for it, and link it with the library. include/crosscall/port.h
 * says what each owes; port/README.md is the way from here to the first IPI. (clang-format takes a
 * body of one #error for no body, and is switched off.)
 */
#include <crosscall/port.h>

/* clang-format off */

unsigned int port_smp_processor_id(void)
{
#error "return the dense number of this CPU, from your per-CPU area"
}

unsigned long port_local_irq_save(void)
{
#error "mask interrupts on this CPU; return nonzero if and only if they were enabled"
}

void port_local_irq_restore(unsigned long state)
{
#error "enable interrupts if state is nonzero, leave them masked otherwise"
}

void port_cpu_relax(void)
{
#error "a pause hint"
}

uint64_t port_clock_ns(void)
{
#error "nanoseconds from a counter that never runs backwards"
}

_Noreturn void port_panic(const char *message)
{
#error "print the line and stop the machine"
}
