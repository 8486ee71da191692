/* SPDX-License-Identifier: MIT */
/*
 * A counter that one CPU writes and any CPU may read. Relaxed, because a count orders nothing; one
 * atomic addition, because an NMI-like interrupt may come in the middle and count too. Nobody else
 * writes the line, so nobody contends for it.
 */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H

#include <stdatomic.h>

typedef _Atomic unsigned long counter_t;

static inline void counter_add(counter_t *counter, unsigned long n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static inline unsigned long counter_read(const counter_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
