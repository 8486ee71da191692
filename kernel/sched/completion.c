/* SPDX-License-Identifier: MIT */
#include "kernel/sched/completion.h"

#include <stddef.h>

#include <crosscall/errno.h>

void completion_init(struct completion *completion, const char *name)
{
	*completion = (struct completion)COMPLETION_INIT(name);
}

void complete(struct completion *completion)
{
	unsigned long state = spin_lock_irqsave(&completion->waiters.lock);

	if (wait_list_hand_over(&completion->waiters) == NULL &&
	    completion->done < COMPLETED_ALL - 1) {
		completion->done++;
	}
	spin_unlock_irqrestore(&completion->waiters.lock, state);
}

void complete_all(struct completion *completion)
{
	unsigned long state = spin_lock_irqsave(&completion->waiters.lock);

	completion->done = COMPLETED_ALL;
	while (wait_list_hand_over(&completion->waiters) != NULL) {
	}
	spin_unlock_irqrestore(&completion->waiters.lock, state);
}

static bool pass(struct completion *completion, uint64_t deadline_ns)
{
	unsigned long state;
	bool passed = true;

	assert_may_sleep("waits for completion", completion->waiters.lock.name);
	state = spin_lock_irqsave(&completion->waiters.lock);
	if (completion->done == 0) {
		passed = wait_list_sleep(&completion->waiters, deadline_ns, &state);
	} else if (completion->done != COMPLETED_ALL) {
		completion->done--;
	}
	spin_unlock_irqrestore(&completion->waiters.lock, state);
	return passed;
}

void wait_for_completion(struct completion *completion)
{
	(void)pass(completion, NO_DEADLINE);
}

int wait_for_completion_timeout(struct completion *completion, uint64_t ns)
{
	return pass(completion, deadline_after(ns)) ? 0 : -ETIMEDOUT;
}

bool completion_done(struct completion *completion)
{
	unsigned long state = spin_lock_irqsave(&completion->waiters.lock);
	bool done = completion->done != 0;

	spin_unlock_irqrestore(&completion->waiters.lock, state);
	return done;
}
