/* SPDX-License-Identifier: MIT */
/* Waits that last too long become reports, not hangs. */
#ifndef CROSSCALL_STALL_H
#define CROSSCALL_STALL_H

/*
 * A wait for another CPU that lasts long is taken up a ladder. After a quarter of 'ms' milliseconds
 * the silent CPU is rung again; after half it is sent IPI_CPU_BACKTRACE, NMI-like where the
 * doorbell can; after all of it there is a report (ipi_ops.report) with who waits, for whom, how
 * long, and for which function, and ipi_ops.stalled shows the backtrace. Then the wait goes on, and
 * the ladder starts over. A call that then completes although it had not begun when it was rung
 * again counts as rescued. 0 switches this off; the default is CROSSCALL_STALL_MS. Context: any.
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
