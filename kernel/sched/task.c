/* SPDX-License-Identifier: MIT */
/*
 * The life of a thread. How it ends, and who waits for that: task->joiner goes from 0 to who joins,
 * or to DETACHED, by compare-and-swap, and at the end to ENDED, by exchange. So either the one who
 * joins finds ENDED, or the end finds him, and wakes him.
 */
#include "kernel/sched/task.h"

#include <stdio.h>
#include <string.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/switch.h>

#include "kernel/arch.h"
#include "kernel/sched/pool.h"
#include "kernel/sched/runqueue.h"
#include "kernel/user.h"
#include "kernel/vm.h"

#define DETACHED 1UL
#define ENDED 2UL

/* The stack as switch.S leaves it, to go on in arch_thread_start. */
void task_begin(struct task *task, long (*fn)(void *arg))
{
	unsigned char *frame = task->stack + STACK_SIZE - SWITCH_FRAME_SIZE;
	unsigned long entry = (unsigned long)(uintptr_t)arch_thread_start;

	stack_prepare(task->stack);
	memset(frame, 0, SWITCH_FRAME_SIZE);
	memcpy(frame + SWITCH_ENTRY, &entry, sizeof(entry));
	task->sp = (unsigned long)(uintptr_t)frame;
	task->fn = fn;
}

void task_reset(struct task *task, const char *name)
{
	wait_state_init(&task->wait);
	snprintf(task->name, sizeof(task->name), "%s", name);
	task->place = TASK_OFF;
	task->preempt_count = 0;
	task->cooperative = 0;
	task->space = NULL;
	task->user_end = NULL;
	task->ended = false;
	task->stray = false;
	task->slice_left = 0;
	task->run_ns = 0;
	task->switches = 0;
	task->wakeups = 0;
	task->moves = 0;
	task->value = 0;
	/* Relaxed: nobody else knows the thread yet. */
	atomic_store_explicit(&task->joiner, 0, memory_order_relaxed);
}

/*
 * A thread from the pool begins here. Its last life may not be over for everybody: who still has
 * the pointer takes the lock that "cpu" names (task_queue_lock()), so what it guards changes under
 * it.
 */
static void begin_here(struct task *task, unsigned int prio, const struct cpumask *affinity)
{
	unsigned long state = local_irq_save();
	struct runqueue *to = this_cpu()->rq;
	/* Relaxed: nobody moves a thread that is in the pool. */
	struct runqueue *from = queue_of(atomic_load_explicit(&task->cpu, memory_order_relaxed));

	queue_lock_two(from, to);
	atomic_store_explicit(&task->cpu, to->cpu, memory_order_relaxed);
	task->prio = prio;
	if (affinity != NULL) {
		task->affinity = *affinity;
	} else {
		cpumask_set_below(&task->affinity, nr_numbered());
	}
	queue_unlock_two(from, to);
	local_irq_restore(state);
}

static bool is_possible(const struct cpumask *affinity)
{
	return cpumask_first(affinity) < nr_numbered();
}

struct task *task_create(const char *name, long (*fn)(void *arg), void *arg, unsigned int prio,
			 const struct cpumask *affinity)
{
	struct task *task;

	if (prio >= NR_PRIOS || (affinity != NULL && !is_possible(affinity))) {
		return NULL;
	}
	task = pool_take();
	if (task == NULL) {
		return NULL;
	}
	task_reset(task, name);
	task->arg = arg;
	begin_here(task, prio, affinity);
	task_begin(task, fn);
	/* Release, paired with the acquire in task_describe(). */
	atomic_store_explicit(&task->alive, true, memory_order_release);
	return task;
}

void task_start(struct task *task)
{
	unsigned long state = local_irq_save();

	task_place(task, false);
	local_irq_restore(state);
	preempt_check();
}

struct task *task_run(const char *name, long (*fn)(void *arg), void *arg, unsigned int prio,
		      const struct cpumask *affinity)
{
	struct task *task = task_create(name, fn, arg, prio, affinity);

	if (task != NULL) {
		task_start(task);
	}
	return task;
}

/* The first that a thread does; it comes from switch.S, which returns who left. */
void task_entry(struct task *prev)
{
	struct task *self;

	schedule_tail(prev);
	self = this_cpu()->rq->current;
	local_irq_enable();
	preempt_check();
	task_exit(self->fn(self->arg));
}

void task_exit(long value)
{
	struct task *self = current_task();

	self->value = value;
	schedule_last();
}

void task_bury(struct task *task)
{
	/* acq_rel: hands on all that the thread did, paired with is_over(); and takes who joins. */
	uintptr_t joiner = atomic_exchange_explicit(&task->joiner, ENDED, memory_order_acq_rel);

	if (joiner == DETACHED) {
		pool_give(task);
	} else if (joiner != 0) {
		/* He may be gone already: then this wakes for nothing. */
		(void)wake_up_process((struct task *)joiner);
	}
}

static bool is_over(const struct task *task)
{
	/* Acquire, paired with the release in task_bury(). */
	return atomic_load_explicit(&task->joiner, memory_order_acquire) == ENDED;
}

/* False: it has ended already. */
static bool claim(struct task *task, uintptr_t as)
{
	uintptr_t nobody = 0;

	/* acq_rel: paired with the exchange in task_bury(), in either direction. */
	return atomic_compare_exchange_strong_explicit(&task->joiner, &nobody, as,
						       memory_order_acq_rel, memory_order_acquire);
}

void task_join(struct task *task, long *value)
{
	bool over = !claim(task, (uintptr_t)current_task());

	while (!over) {
		task_prepare_to_sleep();
		over = is_over(task);
		if (over) {
			task_finish_sleep();
		} else {
			task_block();
		}
	}
	if (value != NULL) {
		*value = task->value;
	}
	pool_give(task);
}

void task_detach(struct task *task)
{
	if (!claim(task, DETACHED)) {
		pool_give(task);
	}
}

static long run_program(void *arg)
{
	struct task *self = current_task();
	const unsigned long *start = arg;
	unsigned long state = local_irq_save();

	vm_load(self->space);
	user_run(start[0], start[1], self->user_end);
	vm_load(NULL);
	local_irq_restore(state);
	return (long)self->user_end->value;
}

struct task *task_create_user(const char *name, struct vm_space *space, unsigned long pc,
			      unsigned long argument, struct user_end *end, unsigned int prio,
			      const struct cpumask *affinity)
{
	struct task *task = task_create(name, run_program, NULL, prio, affinity);

	if (task != NULL) {
		task->space = space;
		task->user_end = end;
		task->user_start[0] = pc;
		task->user_start[1] = argument;
		task->arg = task->user_start;
	}
	return task;
}
