/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs there are, and which of them take IPIs.
 *
 * The order of a CPU's life: crosscall_init() once on the boot CPU; set_smp_ipi_range() once;
 * then on each CPU, the boot CPU first, the doorbell's cpu_init() and smp_cpu_starting(). From
 * then on it is online: it can be a target. smp_cpu_dying() is the way back.
 */
#ifndef CROSSCALL_CPU_H
#define CROSSCALL_CPU_H

#include <stdbool.h>
#include <stddef.h>

#include <crosscall/cpumask.h>
#include <crosscall/ipi.h>
#include <crosscall/latency.h>
#include <crosscall/smp_call.h>

/*
 * Bytes of memory that crosscall_init() needs for 'nr_cpus' CPUs, a constant expression: each CPU
 * owns the requests of CROSSCALL_CALL_DEPTH broadcasts, and its latency histograms.
 */
#define CROSSCALL_MEMORY_SIZE(nr_cpus)                                                             \
	((size_t)(nr_cpus) *                                                                       \
	 (CROSSCALL_REQUESTS_PER_CPU(nr_cpus) * sizeof(struct call_single_data) +                  \
	  sizeof(struct ipi_latency_cpu)))
/*
 * Prepares the library for CPUs 0 .. nr_cpus - 1, all offline. 'memory' is caller-owned, at least
 * CROSSCALL_MEMORY_SIZE(nr_cpus) bytes, aligned to CROSSCALL_CACHE_LINE, and belongs to the library
 * for good. 'ops' says what the kernel does on each kind, and must stay valid too.
 * Context: the boot CPU, before any other function of the library, no other CPU running. A second
 * call starts over (for tests), no CPU being online: CPUs, requests, counters and registered kinds
 * are as new; the interrupts, their range, tlb_init() and the stall timeout stay.
 * Returns 0; -EINVAL for no CPU, a null pointer, memory that is misaligned, or a handler in a slot
 * that is the library's own; -ERANGE for more CPUs than CROSSCALL_NR_CPUS or too little memory;
 * -EBUSY while a CPU is online.
 */
int crosscall_init(unsigned int nr_cpus, void *memory, size_t size,
		   const struct ipi_ops *ops) CROSSCALL_MUST_CHECK;

/* The number of CPUs given to crosscall_init(); numbers are below it. 0 before. Any context. */
unsigned int nr_cpu_ids(void);

/*
 * This CPU takes IPIs from now on: enables every kind on it, lets others see it as online, and
 * opens its queues, in that order: no CPU is ever a target before it can hear.
 * Context: on the CPU itself, interrupts masked, its doorbell initialised. Does not wait.
 * Ordering: whoever sees the CPU online sees what it stored before this call.
 * Returns 0; -EINVAL when the CPU's number is past nr_cpu_ids(); -ENXIO before set_smp_ipi_range();
 * -EBUSY when it is online already. Panics when interrupts are enabled.
 */
int smp_cpu_starting(void) CROSSCALL_MUST_CHECK;

/*
 * This CPU leaves: its queue is closed, everything that was accepted is executed here and now;
 * then it is no longer seen online, and its kinds are masked. After the return no function of the
 * library runs on it.
 * TLB flushes pass it over: it has left its address space first (tlb_switch_mm(NULL)), or is lazy.
 * A stopped CPU (smp_send_stop()) need not: it catches up when it goes on.
 * Ordering: whoever sees the CPU offline sees what it stored before, those functions included.
 * Context: on the CPU itself, interrupts masked. Does not wait.
 * Returns 0; -ENXIO when it is not online. Panics when interrupts are enabled.
 */
int smp_cpu_dying(void);

/* True while the CPU takes IPIs. Stale at once unless the caller prevents it. Any context. */
bool cpu_online(unsigned int cpu);

/* Copies the set of online CPUs. Ordering: acquire, see smp_cpu_starting(). Any context. */
void cpumask_copy_online(struct cpumask *mask);

/* How many CPUs are online. Any context. */
unsigned int num_online_cpus(void);

#endif
