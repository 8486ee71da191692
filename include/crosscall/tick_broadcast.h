/* SPDX-License-Identifier: MIT */
/* One CPU's timer for many. */
#ifndef CROSSCALL_TICK_BROADCAST_H
#define CROSSCALL_TICK_BROADCAST_H

#include <crosscall/cpumask.h>

/*
 * Tells every CPU of *mask that its tick is due: each gets one IPI_TIMER, whose handler is the
 * kernel's tick_receive_broadcast(); this CPU's, when it is in the set, runs here and now, last
 * (and is no IPI).
 * Context: the timer's interrupt, interrupts masked (panics otherwise); never waits. Returns as
 * smp_cross_call(), offline CPUs left out; -EOPNOTSUPP without a handler, -ENXIO before
 * set_smp_ipi_range(): then nothing has happened.
 */
int tick_broadcast(const struct cpumask *mask);

#endif
