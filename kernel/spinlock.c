/* SPDX-License-Identifier: MIT */
#include "kernel/spinlock.h"

#include <stdio.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/sched/sched.h"

void spin_lock_init(struct spinlock *lock, const char *name, uint32_t rank)
{
	*lock = (struct spinlock)SPINLOCK_INIT(name, rank);
}

static _Noreturn void misuse(const struct spinlock *lock, const char *what,
			     const struct spinlock *other)
{
	char line[128];

	if (other == NULL) {
		snprintf(line, sizeof(line), "lock order: CPU %u %s %s (rank %lx)", this_cpu()->cpu,
			 what, lock->name, (unsigned long)lock->rank);
	} else {
		snprintf(line, sizeof(line),
			 "lock order: CPU %u %s %s (rank %lx) while it holds %s (rank %lx)",
			 this_cpu()->cpu, what, lock->name, (unsigned long)lock->rank, other->name,
			 (unsigned long)other->rank);
	}
	panic(line);
}

/* Held locks stand in ascending order: the last is the highest. */
static void note_taken(const struct spinlock *lock)
{
	struct percpu *self = this_cpu();

	if (!irqs_disabled()) {
		misuse(lock, "with interrupts enabled takes", NULL);
	}
	if (self->nr_held != 0 && self->held[self->nr_held - 1]->rank >= lock->rank) {
		misuse(lock, "takes", self->held[self->nr_held - 1]);
	}
	if (self->nr_held == LOCKS_HELD_MOST) {
		misuse(lock, "holds too many locks and takes", NULL);
	}
	self->held[self->nr_held++] = lock;
}

static void note_given_back(const struct spinlock *lock)
{
	struct percpu *self = this_cpu();
	unsigned int i = self->nr_held;

	while (i != 0 && self->held[i - 1] != lock) {
		i--;
	}
	if (i == 0) {
		misuse(lock, "gives back, and does not hold,", NULL);
	}
	for (; i < self->nr_held; i++) {
		self->held[i - 1] = self->held[i];
	}
	self->nr_held--;
}

bool spin_is_held(const struct spinlock *lock)
{
	const struct percpu *self = this_cpu();

	for (unsigned int i = 0; i < self->nr_held; i++) {
		if (self->held[i] == lock) {
			return true;
		}
	}
	return false;
}

void spin_lock(struct spinlock *lock)
{
	note_taken(lock);
	/* Acquire, paired with the release in spin_unlock(). */
	while (atomic_exchange_explicit(&lock->taken, 1, memory_order_acquire) != 0) {
		while (atomic_load_explicit(&lock->taken, memory_order_relaxed) != 0) {
			cpu_relax();
		}
	}
}

void spin_unlock(struct spinlock *lock)
{
	note_given_back(lock);
	/* Release, paired with the acquire in spin_lock(). */
	atomic_store_explicit(&lock->taken, 0, memory_order_release);
}

unsigned long spin_lock_irqsave(struct spinlock *lock)
{
	unsigned long state = local_irq_save();

	spin_lock(lock);
	return state;
}

void spin_unlock_irqrestore(struct spinlock *lock, unsigned long state)
{
	spin_unlock(lock);
	local_irq_restore(state);
	preempt_check();
}
