/* SPDX-License-Identifier: MIT */
#include "kernel/sched/semaphore.h"

#include <stddef.h>

#include <crosscall/errno.h>

void semaphore_init(struct semaphore *semaphore, const char *name, unsigned int count)
{
	*semaphore = (struct semaphore)SEMAPHORE_INIT(name, count);
}

static bool take(struct semaphore *semaphore, uint64_t deadline_ns)
{
	unsigned long state;
	bool taken = true;

	assert_may_sleep("takes from semaphore", semaphore->waiters.lock.name);
	state = spin_lock_irqsave(&semaphore->waiters.lock);
	if (semaphore->count != 0) {
		semaphore->count--;
	} else {
		taken = wait_list_sleep(&semaphore->waiters, deadline_ns, &state);
	}
	spin_unlock_irqrestore(&semaphore->waiters.lock, state);
	return taken;
}

void down(struct semaphore *semaphore)
{
	(void)take(semaphore, NO_DEADLINE);
}

int down_timeout(struct semaphore *semaphore, uint64_t ns)
{
	return take(semaphore, deadline_after(ns)) ? 0 : -ETIMEDOUT;
}

bool down_trylock(struct semaphore *semaphore)
{
	unsigned long state = spin_lock_irqsave(&semaphore->waiters.lock);
	bool some = semaphore->count != 0;

	semaphore->count -= some;
	spin_unlock_irqrestore(&semaphore->waiters.lock, state);
	return some;
}

void up(struct semaphore *semaphore)
{
	unsigned long state = spin_lock_irqsave(&semaphore->waiters.lock);

	if (wait_list_hand_over(&semaphore->waiters) == NULL) {
		semaphore->count++;
	}
	spin_unlock_irqrestore(&semaphore->waiters.lock, state);
}

unsigned int semaphore_count(struct semaphore *semaphore)
{
	unsigned long state = spin_lock_irqsave(&semaphore->waiters.lock);
	unsigned int count = semaphore->count;

	spin_unlock_irqrestore(&semaphore->waiters.lock, state);
	return count;
}
