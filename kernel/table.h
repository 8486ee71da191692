/* SPDX-License-Identifier: MIT */
/* What happened to every IPI, as a table like /proc/interrupts. */
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include <stdbool.h>

/*
 * A row for each CPU and kind that is not all zero, then sums. With 'brief' and many CPUs only sums
 * and extremes. Checks that the counters of every CPU and kind add up.
 */
void table_print(bool brief);

#endif
