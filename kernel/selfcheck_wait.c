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

static void check_late(void)
{
	unsigned int looks = 0;

	result_check(wait_event_timeout(&queue, comes_late, &looks, WAKE_NS) == 0,
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
	return wait_event_timeout(&queue, take_and_give, NULL, WAKE_NS);
}

static long second_of_two(void *unused)
{
	(void)unused;
	return wait_event_timeout(&queue, take_one, NULL, WAKE_NS);
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
	long value = 0;

	give();
	task_join(first, &value);
	result_check(value == 0, "the first thread in the queue was not woken");
	task_join(second, &value);
	result_check(value == 0, "a thread that was woken twice kept the second item to itself");
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
