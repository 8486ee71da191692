/* SPDX-License-Identifier: MIT */
/* The conformance suite (tests/conform) with this kernel as its machine. */
#ifndef KERNEL_CONFORM_H
#define KERNEL_CONFORM_H

#include "tests/conform/conform.h"

/* Runs it on all CPUs, and adds what it found to the result. The boot CPU, thread context. */
void conform_all(void);

/*
 * The timer's interrupt: the suite looks at its own limit, and the timer goes on. Does nothing
 * without it.
 */
void conform_timer(void);

#endif
