/* SPDX-License-Identifier: MIT */
/*
 * Wake-ups at the worst moment, which the condition of a wait queue makes happen by itself; and
 * functions run in thread context on a CPU of one's choice.
 */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/sched/call_on_cpu.h"
#include "kernel/sched/completion.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/wait_queue.h"
#include "kernel/selfcheck.h"

#define NAP_NS 100000ULL
/* Long enough for whoever was woken; short enough for a run that has to fail. */
#define WAKE_NS 10000000000ULL

static struct wait_queue queue = WAIT_QUEUE_INIT("self-check");
static _Atomic unsigned int items;

static bool take(void)
{
	unsigned int nr = atomic_load_explicit(&items, memory_order_relaxed);

	return nr != 0 && atomic_compare_exchange_strong(&items, &nr, nr - 1);
}

static void give(void)
{
	atomic_fetch_add_explicit(&items, 1, memory_order_relaxed);
	(void)wake_up_one(&queue);
}

/* Does not hold, and comes true right after the look. */
static bool comes_late(void *arg)
{
	unsigned int *looks = arg;

	if (take()) {
		return true;
	}
	if (++*looks == 1) {
		give();
	}
	return false;
}

static struct completion over[2] = {COMPLETION_INIT("first"), COMPLETION_INIT("second")};

/* Untimed: at the end of its time a wait looks once more, and finds what it was not woken for. */
static long wait_late(void *unused)
{
	unsigned int looks = 0;

	(void)unused;
	wait_event(&queue, comes_late, &looks);
	complete(&over[0]);
	return 0;
}

static void expect_over(unsigned int which, struct task *task, const char *otherwise)
{
	if (task == NULL || wait_for_completion_timeout(&over[which], WAKE_NS) != 0) {
		give_up(task == NULL ? "no memory for a thread" : otherwise);
	}
	task_join(task, NULL);
}

static void check_late(void)
{
	expect_over(0, task_run("late", wait_late, NULL, PRIO_NORMAL, NULL),
		    "a wake-up between the look and the sleep is lost");
}

static bool take_one(void *unused)
{
	(void)unused;
	return take();
}

/* Finds its item; and before it is gone another comes, and wakes it once more. */
static bool take_and_give(void *unused)
{
	(void)unused;
	if (!take()) {
		return false;
	}
	give();
	return true;
}

static long first_of_two(void *unused)
{
	(void)unused;
	wait_event(&queue, take_and_give, NULL);
	complete(&over[0]);
	return 0;
}

static long second_of_two(void *unused)
{
	(void)unused;
	wait_event(&queue, take_one, NULL);
	complete(&over[1]);
	return 0;
}

static bool is_asleep(void *arg)
{
	const struct task *task = arg;

	return wait_state_is_asleep(&task->wait);
}

static struct task *run_to_sleep(long (*fn)(void *arg))
{
	struct task *task = task_run("waits", fn, NULL, PRIO_NORMAL, NULL);

	if (task == NULL || !wait_until(is_asleep, task, WAKE_NS)) {
		give_up("a thread that should wait does not");
	}
	return task;
}

static void check_handed_on(void)
{
	struct task *first = run_to_sleep(first_of_two);
	struct task *second = run_to_sleep(second_of_two);

	give();
	expect_over(0, first, "the first thread in a wait queue is not woken");
	expect_over(1, second, "a thread that was woken twice keeps the second item from the next");
}

static int tell_cpu(void *unused)
{
	unsigned int before;
	unsigned int after;

	(void)unused;
	preempt_disable();
	before = this_cpu()->cpu;
	preempt_enable();
	task_sleep(NAP_NS); /* it may */
	preempt_disable();
	after = this_cpu()->cpu;
	preempt_enable();
	return before == after ? (int)before : -1;
}

/* Asks the next CPU, from the one that was asked. */
static int ask_next(void *arg)
{
	return smp_call_on_cpu(*(const unsigned int *)arg, tell_cpu, NULL);
}

static void check_calls(void)
{
	unsigned int right = 0;
	unsigned int nested = 0;
	struct cpumask online;
	unsigned int cpu;

	cpumask_copy_online(&online);
	for_each_cpu(cpu, &online) {
		unsigned int next = cpumask_next(cpu, &online);

		next = next < CROSSCALL_NR_CPUS ? next : cpumask_first(&online);
		right += smp_call_on_cpu(cpu, tell_cpu, NULL) == (int)cpu;
		nested += smp_call_on_cpu(cpu, ask_next, &next) == (int)next;
	}
	result_check(right == cpumask_weight(&online), "smp_call_on_cpu() was right %u times of %u",
		     right, cpumask_weight(&online));
	result_check(nested == right, "smp_call_on_cpu() from a called function: right %u times",
		     nested);
	result_check(smp_call_on_cpu(nr_cpu_ids(), tell_cpu, NULL) == -EINVAL &&
			     smp_call_on_cpu(0, NULL, NULL) == -EINVAL,
		     "smp_call_on_cpu() took what cannot be");
	for (cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		if (!cpu_online(cpu)) {
			result_check(smp_call_on_cpu(cpu, tell_cpu, NULL) == -ENXIO,
				     "smp_call_on_cpu() took cpu %u, which is offline", cpu);
		}
	}
	printk("  %-24s %7u CPUs, each where it should run, sleeping and asking the next\n",
	       "smp_call_on_cpu", right);
}

void selfcheck_wait(void)
{
	check_late();
	check_handed_on();
	check_calls();
}
