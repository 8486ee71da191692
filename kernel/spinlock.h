/* SPDX-License-Identifier: MIT */
/*
 * Locks of the kernel, taken with interrupts masked, and the order in which they are taken.
 *
 * Each lock has a rank. A CPU takes locks in ascending order of rank only; taking one that does not
 * come after all that it holds panics and names both. So no circle of waiting CPUs can form. Who
 * holds a lock neither waits for another CPU nor sleeps.
 */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The order: each group may be followed by those below it. */
enum lock_rank {
	RANK_THREADS = 0x100,	 /* mutexes, wait queues: what threads wait for */
	RANK_TASK_POOL = 0x1000, /* tasks that are free */
	RANK_RUNQUEUE = 0x10000, /* and the CPU's number */
	RANK_TIMERS = 0x20000,	 /* and the CPU's number */
};

/* How many locks one CPU can hold at once. */
#define LOCKS_HELD_MOST 8

struct spinlock {
	_Atomic uint32_t taken;
	uint32_t rank;
	const char *name;
};

#define SPINLOCK_INIT(_name, _rank)                                                                \
	{                                                                                          \
		.rank = (_rank), .name = (_name)                                                   \
	}

void spin_lock_init(struct spinlock *lock, const char *name, uint32_t rank);

/*
 * Context: interrupts masked. Ordering: what the last holder stored is visible. Panics out of
 * order, with interrupts enabled, and when a lock is given back that this CPU does not hold. A lock
 * belongs to the CPU, not to the thread: the scheduler takes one in one thread and gives it back in
 * the next.
 */
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

/*
 * The same from either interrupt state, which the second brings back; then a thread that was woken
 * meanwhile and comes first runs, if it may: sched.h.
 */
unsigned long spin_lock_irqsave(struct spinlock *lock);
void spin_unlock_irqrestore(struct spinlock *lock, unsigned long state);

/* True when this CPU holds the lock. Interrupts masked. */
bool spin_is_held(const struct spinlock *lock);

#endif
