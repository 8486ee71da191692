/* SPDX-License-Identifier: MIT */
/*
 * Sets of CPUs that many read and change at a time, a bit a CPU. Nothing else of the kernel is
 * needed, so that tests/model/explore can run what is proved in balance.c.
 */
#ifndef KERNEL_SCHED_CPU_BITS_H
#define KERNEL_SCHED_CPU_BITS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <crosscall/cpumask.h>

/* The CPUs that are idle with nothing queued: a hint, right whenever the CPU's lock is held. */
extern _Atomic unsigned long idle_cpus[CPUMASK_WORDS];
/* The same for CPUs that somebody waits for. */
extern _Atomic unsigned long waiting_cpus[CPUMASK_WORDS];
extern _Atomic unsigned long active_cpus[CPUMASK_WORDS];

/* Who sets a bit in one set and then copies another is seen by whoever does it the other way. */
void copy_cpus(struct cpumask *to, const _Atomic unsigned long *from);

/* A bit is written with the lock of its CPU's queue held. */
void set_cpu_bit(_Atomic unsigned long *words, unsigned int cpu, bool on);

#endif
