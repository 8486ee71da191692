/* SPDX-License-Identifier: MIT */
/*
 * CPUs taken away and brought back at random while all others call each other: every call that was
 * accepted runs exactly once on its target, the others are refused, and nothing runs on a CPU that
 * is off.
 */
#ifndef KERNEL_CHURN_H
#define KERNEL_CHURN_H

#include <stdbool.h>

/* Takes CPUs away 'times' times, and brings all back. The boot CPU, thread context. */
void churn(unsigned int times);

/* The idle loop's part: false when there is nothing to do. Thread context. */
bool churn_turn(void);

#endif
