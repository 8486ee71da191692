/* SPDX-License-Identifier: MIT */
/*
 * Messages between threads: each group has as many senders as receivers, and each sender sends
 * 'loops' messages of 100 bytes to every receiver of its group, through a queue that holds few.
 */
#ifndef KERNEL_HACKBENCH_H
#define KERNEL_HACKBENCH_H

#include <stdbool.h>

#define HACKBENCH_GROUPS 50U
#define HACKBENCH_FDS 32U
#define HACKBENCH_LOOPS 100000U

/*
 * Runs it, and prints how long that took and what it needed, or what is missing. True when every
 * message came once, in order, and whole. Its threads have the usual priority; Ctrl-C ends it early
 * whatever runs before them. The console's thread.
 */
bool hackbench(unsigned int groups, unsigned int fds, unsigned int loops);

#endif
