/* SPDX-License-Identifier: MIT */
/* A CPU's part in the scheduler: how it begins, and what becomes of its threads when it goes. */
#include <stdio.h>

#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/switch.h>

#include "kernel/arch.h"
#include "kernel/memory.h"
#include "kernel/sched/pool.h"
#include "kernel/sched/runqueue.h"

static struct runqueue boot_queue;
static struct task console_task;

struct runqueue *sched_create_queue(void)
{
	return memory_reserve(sizeof(struct runqueue), _Alignof(struct runqueue));
}

void sched_init_boot(void)
{
	boot_percpu.rq = &boot_queue;
}

/* A thread that runs already, or that a CPU starts with; it is not from the pool. */
static void adopt(struct runqueue *rq, struct task *task, const char *name, unsigned char *stack)
{
	task_reset(task, name);
	task->stack = stack;
	task->preempt_count = 1;
	task->cooperative = 1;
	task->affinity = cpumask_of(rq->cpu);
	atomic_store_explicit(&task->cpu, rq->cpu, memory_order_relaxed);
	pool_adopt(task);
	atomic_store_explicit(&task->alive, true, memory_order_release);
}

static void adopt_idle(struct runqueue *rq, unsigned char *stack)
{
	char name[TASK_NAME_SIZE];

	snprintf(name, sizeof(name), "idle/%u", rq->cpu);
	adopt(rq, &rq->idle_task, name, stack);
	rq->idle = &rq->idle_task;
}

static void runs_now(struct runqueue *rq, struct task *task)
{
	rq->current = task;
	task->place = TASK_CURRENT;
}

void sched_init_queue(struct percpu *cpu)
{
	queue_init(cpu->rq, cpu->cpu);
	if (cpu != &boot_percpu) {
		adopt_idle(cpu->rq, cpu->stack);
		runs_now(cpu->rq, cpu->rq->idle);
	}
}

void sched_init_console(void)
{
	adopt(&boot_queue, &console_task, "console", boot_percpu.stack);
	console_task.prio = PRIO_CONSOLE;
	runs_now(&boot_queue, &console_task);
}

static long run_idle(void *unused)
{
	(void)unused;
	idle_loop();
}

bool sched_init(void)
{
	unsigned char *stack = memory_reserve(STACK_SIZE, 16);

	if (stack == NULL) {
		return false;
	}
	adopt_idle(&boot_queue, stack);
	task_begin(boot_queue.idle, run_idle);
	return true;
}

/* What a CPU is off is not idle time: that ends when it goes, and begins anew when it comes. */
static void restart_idle_time(struct runqueue *rq)
{
	uint64_t now = arch_clock_ns();

	if (rq->active) {
		rq->idle->run_ns += now - rq->since;
		rq->stats.idle_ns += now - rq->since;
	}
	rq->since = now;
}

static void set_active(struct runqueue *rq, bool active)
{
	unsigned long state = spin_lock_irqsave(&rq->lock);

	if (rq->current == rq->idle) {
		restart_idle_time(rq);
	}
	rq->active = active;
	set_cpu_bit(active_cpus, rq->cpu, active);
	queue_note_idle(rq);
	spin_unlock_irqrestore(&rq->lock, state);
}

/* Those that had to run elsewhere. */
static void bring_home(void)
{
	for (struct task *task = task_next(NULL); task != NULL; task = task_next(task)) {
		struct task_info info;

		if (task_describe(task, &info) && info.stray) {
			task_check_affinity(task);
		}
	}
}

void sched_activate(unsigned int cpu)
{
	set_active(queue_of(cpu), true);
	bring_home();
	(void)resched_cpu(cpu); /* it may take from others now */
}

void sched_deactivate(unsigned int cpu)
{
	set_active(queue_of(cpu), false);
	(void)resched_cpu(cpu);
}

bool sched_is_vacated(unsigned int cpu)
{
	struct runqueue *rq = queue_of(cpu);
	unsigned long state = spin_lock_irqsave(&rq->lock);
	bool vacated = rq->current == rq->idle &&
		       atomic_load_explicit(&rq->nr, memory_order_relaxed) == 0 &&
		       atomic_load_explicit(&rq->next_timer, memory_order_relaxed) == 0;

	spin_unlock_irqrestore(&rq->lock, state);
	return vacated;
}

/* Takes one off the queue; null when there is none, or the CPU stays. */
static struct task *take_one(struct runqueue *rq)
{
	struct task *task = NULL;

	spin_lock(&rq->lock);
	if (!rq->active && rq->levels != 0) {
		task = rq->level[31 - __builtin_clz(rq->levels)].first;
		queue_remove(rq, task);
		task->place = TASK_MOVING;
	}
	spin_unlock(&rq->lock);
	return task;
}

void sched_vacate_if_asked(void)
{
	unsigned long state = local_irq_save();
	struct runqueue *rq = this_cpu()->rq;
	struct task *task;

	while ((task = take_one(rq)) != NULL) {
		task_place(task, false);
	}
	if (!rq->active) {
		timers_flush(rq);
	}
	local_irq_restore(state);
}
