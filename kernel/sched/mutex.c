/* SPDX-License-Identifier: MIT */
#include "kernel/sched/mutex.h"

#include <stddef.h>
#include <stdio.h>

#include "kernel/panic.h"
#include "kernel/sched/sched.h"

void mutex_init(struct mutex *mutex, const char *name)
{
	*mutex = (struct mutex)MUTEX_INIT(name);
}

/* The lock held, given back: who expects the panic goes on. */
static _Noreturn void misuse(struct mutex *mutex, const char *what, unsigned long state)
{
	const struct task *self = current_task();
	const struct task *owner = mutex->owner;
	char line[160];

	if (owner == NULL) {
		snprintf(line, sizeof(line), "thread %u (%s) %s mutex %s, which nobody holds",
			 self->id, self->name, what, mutex->waiters.lock.name);
	} else {
		snprintf(line, sizeof(line), "thread %u (%s) %s mutex %s, held by thread %u (%s)",
			 self->id, self->name, what, mutex->waiters.lock.name, owner->id,
			 owner->name);
	}
	spin_unlock_irqrestore(&mutex->waiters.lock, state);
	panic(line);
}

void mutex_lock(struct mutex *mutex)
{
	unsigned long state;

	assert_may_sleep("locks mutex", mutex->waiters.lock.name);
	state = spin_lock_irqsave(&mutex->waiters.lock);
	if (mutex->owner == NULL) {
		mutex->owner = current_task();
	} else if (mutex->owner == current_task()) {
		misuse(mutex, "locks again", state);
	} else {
		/* At the return it is this thread's: mutex_unlock(). */
		(void)wait_list_sleep(&mutex->waiters, NO_DEADLINE, &state);
	}
	spin_unlock_irqrestore(&mutex->waiters.lock, state);
}

bool mutex_trylock(struct mutex *mutex)
{
	unsigned long state = spin_lock_irqsave(&mutex->waiters.lock);
	bool free = mutex->owner == NULL;

	if (free) {
		mutex->owner = current_task();
	}
	spin_unlock_irqrestore(&mutex->waiters.lock, state);
	return free;
}

void mutex_unlock(struct mutex *mutex)
{
	unsigned long state = spin_lock_irqsave(&mutex->waiters.lock);

	if (mutex->owner != current_task()) {
		misuse(mutex, "unlocks", state);
	}
	mutex->owner = wait_list_hand_over(&mutex->waiters);
	spin_unlock_irqrestore(&mutex->waiters.lock, state);
}

bool mutex_is_mine(struct mutex *mutex)
{
	unsigned long state = spin_lock_irqsave(&mutex->waiters.lock);
	bool mine = mutex->owner == current_task();

	spin_unlock_irqrestore(&mutex->waiters.lock, state);
	return mine;
}

void mutex_destroy(struct mutex *mutex)
{
	unsigned long state = spin_lock_irqsave(&mutex->waiters.lock);

	if (mutex->owner != NULL) {
		misuse(mutex, "destroys", state);
	}
	spin_unlock_irqrestore(&mutex->waiters.lock, state);
}
