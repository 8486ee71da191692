/* SPDX-License-Identifier: MIT */
/*
 * The parking protocol: a CPU that is not needed waits at a mailbox, and IPI_WAKEUP fetches it.
 * For CPUs that no firmware can start or stop.
 *
 * A mailbox holds the number of the CPU it is for, and the address to go on at. The parked CPU
 * takes the address and writes zero in its place: that is the acknowledgement.
 */
#ifndef CROSSCALL_PARKING_H
#define CROSSCALL_PARKING_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/config.h>

typedef void (*smp_park_entry_t)(void);

/*
 * Parks this CPU until smp_unpark(), and returns the entry it was given; the caller goes there.
 * 'sleep' is called again and again: with interrupts masked it waits for one that may be pending
 * already, then lets it be taken (unmasks and masks again). The doorbell must be set up
 * (cpu_init()); only IPI_WAKEUP is heard.
 * Context: on the CPU itself, interrupts masked, not online. Panics otherwise.
 */
smp_park_entry_t smp_park(void (*sleep)(void));

/* True while the CPU waits at its mailbox. Stale at once. Any context. */
bool smp_is_parked(unsigned int cpu);

/*
 * Sends a parked CPU to 'entry', and waits at most 'timeout_ns' for the acknowledgement.
 * Context: interrupts in any state; serves others while it waits with them masked. Ordering: stores
 * before the call are visible at the entry.
 * Returns 0; -EINVAL for a bad CPU number or null entry; -EBUSY when the CPU is not parked, or
 * another caller is fetching it; -ETIMEDOUT when it did not answer: then the mailbox is empty
 * again and the CPU stays parked; -EIO when its doorbell cannot be rung, -EOPNOTSUPP when that has
 * no IPI_WAKEUP, -ENXIO before set_smp_ipi_range().
 */
int smp_unpark(unsigned int cpu, smp_park_entry_t entry, uint64_t timeout_ns) CROSSCALL_MUST_CHECK;

#endif
