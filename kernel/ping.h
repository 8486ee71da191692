/* SPDX-License-Identifier: MIT */
/* How long an IPI takes there and back. */
#ifndef KERNEL_PING_H
#define KERNEL_PING_H

#include <crosscall/cpumask.h>

#define PING_MOST 10000U

/*
 * For each CPU: 'count' round trips (1 to PING_MOST), from the send until its handler's count is
 * seen here. Prints the least, the median and the most. Ctrl-C ends it. The boot CPU, thread
 * context.
 */
void ping_cpus(const struct cpumask *mask, unsigned int count);

#endif
