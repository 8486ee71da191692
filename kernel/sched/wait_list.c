/* SPDX-License-Identifier: MIT */
#include "kernel/sched/wait_list.h"

#include <stddef.h>
#include <stdio.h>

#include "kernel/arch.h"
#include "kernel/panic.h"
#include "kernel/sched/sched.h"

void wait_list_init(struct wait_list *list, const char *name)
{
	*list = (struct wait_list)WAIT_LIST_INIT(name);
}

void assert_may_sleep(const char *what, const char *name)
{
	char line[128];

	if (task_may_sleep()) {
		return;
	}
	snprintf(line, sizeof(line), "thread %u (%s): %s %s where it may not sleep",
		 current_task()->id, current_task()->name, what, name);
	panic(line);
}

uint64_t deadline_after(uint64_t ns)
{
	uint64_t now = arch_clock_ns();

	return ns < NO_DEADLINE - now ? now + ns : NO_DEADLINE - 1;
}

/* Not inlined: gcc 12 would warn of a pointer to the stack that stays, and it does not. */
__attribute__((noinline)) void wait_list_add(struct wait_list *list, struct waiter *waiter,
					     bool first)
{
	waiter->next = first ? list->first : NULL;
	waiter->prev = first ? NULL : list->last;
	if (waiter->next != NULL) {
		waiter->next->prev = waiter;
	} else {
		list->last = waiter;
	}
	if (waiter->prev != NULL) {
		waiter->prev->next = waiter;
	} else {
		list->first = waiter;
	}
	waiter->queued = true;
}

void wait_list_remove(struct wait_list *list, struct waiter *waiter)
{
	if (waiter->prev != NULL) {
		waiter->prev->next = waiter->next;
	} else {
		list->first = waiter->next;
	}
	if (waiter->next != NULL) {
		waiter->next->prev = waiter->prev;
	} else {
		list->last = waiter->prev;
	}
	waiter->queued = false;
}

bool wait_list_sleep(struct wait_list *list, uint64_t deadline_ns, unsigned long *state)
{
	struct waiter self = {.task = current_task()};
	bool in_time = true;

	wait_list_add(list, &self, false);
	while (self.queued && in_time) {
		task_prepare_to_sleep();
		spin_unlock_irqrestore(&list->lock, *state);
		if (deadline_ns == NO_DEADLINE) {
			task_block();
		} else {
			in_time = task_block_until(deadline_ns);
		}
		*state = spin_lock_irqsave(&list->lock);
	}
	if (self.queued) {
		wait_list_remove(list, &self);
		return false;
	}
	return true;
}

struct task *wait_list_hand_over(struct wait_list *list)
{
	struct waiter *first = list->first;
	struct task *task;

	if (first == NULL) {
		return NULL;
	}
	task = first->task;
	wait_list_remove(list, first);
	(void)wake_up_process(task);
	return task;
}
