/* SPDX-License-Identifier: MIT */
/*
 * A counter that one CPU writes, with interrupts masked, and any CPU may read. An update is a
 * plain load, add and store; relaxed, because a count orders nothing.
 */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H

#include <stdatomic.h>

typedef _Atomic unsigned long counter_t;

static inline void counter_add(counter_t *counter, unsigned long n)
{
	unsigned long old = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, old + n, memory_order_relaxed);
}

static inline unsigned long counter_read(const counter_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
