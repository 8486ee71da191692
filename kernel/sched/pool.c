/* SPDX-License-Identifier: MIT */
#include "kernel/sched/pool.h"

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/memory.h"
#include "kernel/sched/runqueue.h"

static struct {
	struct spinlock lock;
	struct task *free;
	unsigned int nr_free;
	unsigned int nr_made;
	unsigned int last_id;
} pool = {.lock = SPINLOCK_INIT("the pool of threads", RANK_TASK_POOL)};

/* All threads ever made, newest first: only grows. */
static struct task *_Atomic everybody;

void pool_adopt(struct task *task)
{
	struct task *first = atomic_load_explicit(&everybody, memory_order_relaxed);

	atomic_store_explicit(&task->all_next, first, memory_order_relaxed);
	/* Release, paired with the acquire in task_next(). Only the boot CPU adds. */
	atomic_store_explicit(&everybody, task, memory_order_release);
}

static struct task *make_one(void)
{
	unsigned char *stack = memory_reserve(STACK_SIZE, 16);
	struct task *task = memory_reserve(sizeof(*task), CROSSCALL_CACHE_LINE);

	if (stack == NULL || task == NULL) {
		return NULL;
	}
	task->stack = stack;
	return task;
}

static bool grow(void)
{
	struct task *task = make_one();

	if (task == NULL) {
		return false;
	}
	pool_adopt(task);
	pool.nr_made++;
	pool_give(task);
	return true;
}

static struct task *try_take(void)
{
	unsigned long state = spin_lock_irqsave(&pool.lock);
	struct task *task = pool.free;

	if (task != NULL) {
		pool.free = task->pool_next;
		pool.nr_free--;
		task->id = ++pool.last_id;
	}
	spin_unlock_irqrestore(&pool.lock, state);
	return task;
}

struct task *pool_take(void)
{
	struct task *task = try_take();

	if (task == NULL) {
		/* Boot memory is the boot CPU's alone, one caller at a time. */
		preempt_disable();
		if (this_cpu() == &boot_percpu && grow()) {
			task = try_take();
		}
		preempt_enable();
	}
	return task;
}

void pool_give(struct task *task)
{
	unsigned long state;

	atomic_store_explicit(&task->alive, false, memory_order_relaxed);
	state = spin_lock_irqsave(&pool.lock);
	task->pool_next = pool.free;
	pool.free = task;
	pool.nr_free++;
	spin_unlock_irqrestore(&pool.lock, state);
}

bool task_pool_reserve(unsigned int nr)
{
	while (pool.nr_free < nr) {
		if (!grow()) {
			return false;
		}
	}
	return true;
}

unsigned int task_pool_size(void)
{
	return pool.nr_made;
}

unsigned int task_count(void)
{
	unsigned long state = spin_lock_irqsave(&pool.lock);
	unsigned int nr = pool.nr_made - pool.nr_free;

	spin_unlock_irqrestore(&pool.lock, state);
	return nr;
}

struct task *task_next(struct task *task)
{
	/* Acquire, paired with the release in pool_adopt(). */
	return atomic_load_explicit(task == NULL ? &everybody : &task->all_next,
				    memory_order_acquire);
}
