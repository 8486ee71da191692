/* SPDX-License-Identifier: MIT */
/* Waits that last too long become reports, not hangs. */
#ifndef CROSSCALL_STALL_H
#define CROSSCALL_STALL_H

/*
 * A wait for another CPU that lasts longer than 'ms' milliseconds is reported (ipi_ops.report)
 * with who waits, for whom, how long, and for which function; the silent CPU is asked for a
 * backtrace if there is a handler for IPI_CPU_BACKTRACE, and rung again; then the wait goes on,
 * and the next report follows after as long again. A call that then completes although it had not
 * begun counts as rescued. 0 switches this off; the default is CROSSCALL_STALL_MS. Context: any.
 */
void smp_set_stall_timeout(unsigned int ms);

/*
 * Self-healing: rings each CPU again that had something pending at the last call, has it still,
 * and has not looked between. Counted as rescued, for IPI_CALL_FUNC, on the calling CPU. For
 * controllers that coalesce (the mux); on others the hardware itself keeps what is pending, and
 * nothing is done.
 * Context: any, one CPU at a time: a periodic tick. Two calls lie further apart than any CPU
 * masks interrupts, or a ring too many is sent, which harms nothing. Never waits.
 * Returns how many CPUs were rung again.
 */
unsigned int ipi_rescue(void);

#endif
