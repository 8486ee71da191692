/* SPDX-License-Identifier: MIT */
/*
 * The six hooks that the adopter defines. They are ordinary strong functions: a missing one is a
 * link error. port/template.c is the file to start from.
 *
 * What must stay true between them: a CPU keeps its number while its interrupts are masked; save
 * and restore nest; and an interrupt that arrives while masked is delivered after the restore that
 * unmasks, never dropped.
 */
#ifndef CROSSCALL_PORT_H
#define CROSSCALL_PORT_H

#include <stdint.h>

/*
 * The dense number of the CPU this runs on: 0 to nr_cpu_ids - 1. Called with interrupts masked, or
 * where the caller cannot be moved to another CPU. Any context, NMI-like ones too.
 */
unsigned int port_smp_processor_id(void);

/*
 * Masks interrupts on this CPU and returns what port_local_irq_restore() needs to undo just that.
 * The value is nonzero if and only if interrupts were enabled before. A compiler barrier. Any
 * context.
 */
unsigned long port_local_irq_save(void);

/* Brings back what the matching port_local_irq_save() found. A compiler barrier. Any context. */
void port_local_irq_restore(unsigned long state);

/*
 * One turn of a loop that waits for another CPU: a pause hint, or a hypervisor's yield. It may
 * return at once. It must not wait for an interrupt that could already have been taken.
 */
void port_cpu_relax(void);

/*
 * Nanoseconds since some fixed moment, the same for all CPUs: never runs backwards on one CPU,
 * keeps running with interrupts masked. Those of two CPUs may differ by a little: a deadline is as
 * exact as they agree. Any context.
 */
uint64_t port_clock_ns(void);

/*
 * The caller of the library broke its contract in a way that cannot be survived. 'message' is one
 * line without a newline, says whose mistake it is, and is valid only during the call. Any context,
 * interrupts in any state. Does not return.
 */
_Noreturn void port_panic(const char *message);

#endif
