/* SPDX-License-Identifier: MIT */
/* The end of a run: every CPU off, and known to be. */
#ifndef KERNEL_SHUTDOWN_H
#define KERNEL_SHUTDOWN_H

/*
 * Stops the other CPUs, and asks the firmware about each until it is off. Prints what is certain.
 */
void shutdown_others(void);

#endif
