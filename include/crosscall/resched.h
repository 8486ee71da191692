/* SPDX-License-Identifier: MIT */
/* The per-CPU "call the scheduler" flag, and the IPI that it saves. */
#ifndef CROSSCALL_RESCHED_H
#define CROSSCALL_RESCHED_H

#include <stdbool.h>

/*
 * Asks 'cpu' to call its scheduler: sets its need_resched, and sends one IPI_RESCHEDULE unless
 * the flag was set already (counted as skipped: whoever set it has rung), the CPU is this one, or
 * it polls (idle.h; counted as polled: it finds the flag, and no handler runs).
 * Context: any. Ordering: release; what was stored before is visible to the CPU that finds the
 * flag. When the ring fails the flag stays, and a later call tries the ring again.
 * Returns 0; -EINVAL, -ENXIO, -EOPNOTSUPP, -EIO as smp_cross_call().
 */
int resched_cpu(unsigned int cpu);

/* This CPU's flag. Context: any where the CPU cannot change. */
bool need_resched(void);

/*
 * Clears this CPU's flag and says whether it was set. Ordering: acquire, so clear first and look
 * at the run queue after; a resched_cpu() later than that sends again. Same context.
 */
bool test_and_clear_need_resched(void);

#endif
