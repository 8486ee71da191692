/* SPDX-License-Identifier: MIT */
/* Crashes on purpose, so that the reports of real ones can be trusted. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

#define CRASH_WAYS "trap, overflow, panic, midline, locked"

/*
 * Crashes 'cpu' in interrupt context: by an exception, by a stack that is used up, by a panic, by
 * an exception in the middle of a printed line; or it keeps the console's lock for ever, and this
 * CPU panics. Returns only when that cannot be, and why.
 */
const char *crash_cpu(unsigned int cpu, const char *way);

/* All CPUs panic at the same moment. Does not return. Thread context. */
_Noreturn void crash_all(void);

#endif
