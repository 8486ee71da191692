/* SPDX-License-Identifier: MIT */
/*
 * One CPU's timer for three uses: somebody's sleep, what the scheduler wants, and with
 * tick=broadcast the machine's tick, at which the others then do what their scheduler wants. It is
 the boot CPU's periodic timer; it tells all others by IPI_TIMER, and they program none.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include <stdint.h>

/*
 * As arch_timer_set() and arch_timer_stop(), and the tick goes on. A sleep may end early, at a
 * tick. Context: on the CPU, interrupts masked.
 */
void timer_set(uint64_t ns);
void timer_stop(void);

/* A CPU begins, perhaps anew: its timer is not set, whatever was. Interrupts masked. */
void timer_cpu_init(void);

/* What the scheduler wants has changed: sched_next_event(). Interrupts masked. */
void timer_update(void);

/* The boot CPU, thread context. */
void tick_start(void);
void tick_stop(void);

/*
 * From now on the boot CPU's timer interrupt calls ipi_rescue() about once a second: rings that
 * were lost heal, also those that nobody waits for. Not before the self-check is over, which is to
 * find them. The boot CPU, thread context.
 */
void rescue_start(void);

/* Ticks that did not reach a CPU that was online. The boot CPU. */
unsigned long tick_failures(void);

#endif
