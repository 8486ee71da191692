/* SPDX-License-Identifier: MIT */
/* Stopping the other CPUs, knowing that they did, and what to do when the kernel crashes. */
#ifndef CROSSCALL_STOP_H
#define CROSSCALL_STOP_H

#include <stdint.h>

#include <crosscall/cpumask.h>

struct pt_regs;

/*
 * Stops every other CPU that is online or comes online meanwhile: each goes through smp_cpu_dying()
 * and then the adopter's handler[IPI_CPU_STOP], which parks it. If that handler returns, the CPU
 * goes through smp_cpu_starting() and takes up what it was doing: that is a restart, and the
 * handler decides when. Waits until all are offline, at most 'timeout_ns'. That a CPU is offline
 * means that it accepts and executes nothing any more; whether it is also powered off is the
 * firmware's to say. IPI_CPU_STOP that is sent in another way stops nobody.
 * Context: interrupts in any state, on a CPU that the caller does not leave. Waits for other CPUs.
 * Returns 0; -EBUSY while another CPU is in here, which may be about to stop this one; -EOPNOTSUPP
 * without a handler, -ENXIO before set_smp_ipi_range(); -ETIMEDOUT with the CPUs that are still
 * online in *still_online (may be null), which is empty otherwise: those will not stop any more for
 * this call, unless they were just about to.
 */
int smp_send_stop(uint64_t timeout_ns, struct cpumask *still_online) CROSSCALL_MUST_CHECK;

/*
 * The same for the CPUs of *mask only (this one left out). -EINVAL for a null set or a bad CPU
 * number too. Never -EBUSY: several CPUs may do it at once, but two whose sets hold each other may
 * both be stopped.
 */
int smp_send_stop_mask(const struct cpumask *mask, uint64_t timeout_ns,
		       struct cpumask *still_online) CROSSCALL_MUST_CHECK;

/*
 * For a kernel that is about to die: every other online CPU runs handler[IPI_CPU_CRASH_STOP] with
 * its interrupted registers, which it saves or shows, and is then parked by
 * handler[IPI_CPU_STOP], which must not return. Waits until all have, at most 'timeout_ns';
 * *silent (may be null) is those that have not. Only one CPU crashes: the first caller wins.
 * Context: any, interrupts masked by the call and left so.
 * Returns 0; -ETIMEDOUT when a CPU stayed silent; -EOPNOTSUPP without both handlers; -EBUSY when
 * another CPU was first (this one counts as stopped from now on: it has saved what it wants to show
 * before the call, and parks) or when this CPU has called before (a crash while crashing: park).
 * *silent is empty then.
 */
int smp_send_crash_stop(uint64_t timeout_ns, struct cpumask *silent);

#endif
