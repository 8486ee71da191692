/* SPDX-License-Identifier: MIT */
/*
 * A CPU that goes gives up its threads: one that runs, one that waits, one that sleeps, and those
 * that are pinned to it; and they come home with it.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define LONG_NS 3600000000000ULL

enum {
	FREE,
	PINNED,
	SLEEPER,
	NR_THREADS
};

static struct task *threads[NR_THREADS];
static atomic_bool over;
static unsigned int going; /* the CPU */

static long compute(void *unused)
{
	(void)unused;
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		cpu_relax();
	}
	return 0;
}

/* Its timer is the CPU's; until it is told, it sleeps on wherever it wakes. */
static long doze(void *unused)
{
	bool told = false;

	(void)unused;
	while (!told) {
		task_prepare_to_sleep();
		told = atomic_load_explicit(&over, memory_order_relaxed);
		if (!told) {
			(void)task_block_until(arch_clock_ns() + LONG_NS);
		}
	}
	task_finish_sleep();
	return 0;
}

static bool settled(void *unused)
{
	struct task_info info;

	(void)unused;
	return task_describe(threads[SLEEPER], &info) && info.place == TASK_OFF;
}

static bool all_gone(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		struct task_info info;

		if (!task_describe(threads[i], &info) || info.cpu == going) {
			return false;
		}
	}
	return true;
}

/* The sleeper comes when it next wakes up. */
static bool pinned_is_home(void *unused)
{
	struct task_info info;

	(void)unused;
	return task_describe(threads[PINNED], &info) && info.cpu == going && !info.stray;
}

static bool begin(void)
{
	struct cpumask there = cpumask_of(going);
	struct cpumask anywhere;

	cpumask_copy_online(&anywhere);
	atomic_store_explicit(&over, false, memory_order_relaxed);
	threads[FREE] = task_run("free", compute, NULL, PRIO_NORMAL, &there);
	threads[PINNED] = task_run("pinned", compute, NULL, PRIO_NORMAL, &there);
	threads[SLEEPER] = task_run("sleeper", doze, NULL, PRIO_HIGH, &there);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		if (!result_check(threads[i] != NULL, "no memory for a thread")) {
			return false;
		}
	}
	result_check(wait_until(settled, NULL, patience_ns()), "a thread does not fall asleep");
	(void)task_set_affinity(threads[FREE], &anywhere);
	return true;
}

static void end(void)
{
	atomic_store_explicit(&over, true, memory_order_relaxed);
	(void)wake_up_process(threads[SLEEPER]);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		task_join(threads[i], NULL);
	}
}

static bool worked(const char *what, const char *why)
{
	return result_check(why == NULL, "cpu %u, %s with threads: %s", going, what, why);
}

static void check_moves(const char *what, const char *(*leave)(unsigned int),
			const char *(*come)(unsigned int))
{
	struct task_info info = {0};

	if (!begin() || !worked(what, leave(going))) {
		return;
	}
	result_check(wait_until(all_gone, NULL, patience_ns()), "%s: threads stay on cpu %u", what,
		     going);
	result_check(task_describe(threads[PINNED], &info) && info.stray,
		     "%s: the pinned thread is not called stray", what);
	if (worked(what, come(going))) {
		result_check(wait_until(pinned_is_home, NULL, patience_ns()),
			     "%s: the pinned thread does not come home to cpu %u", what, going);
	}
	end();
	printk("  %-24s %7u threads left cpu %u, the pinned one came home\n", what, NR_THREADS,
	       going);
}

void selfcheck_moves(bool off)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	going = cpumask_next(cpumask_first(&online), &online);
	if (going >= CROSSCALL_NR_CPUS) {
		printk("  threads of a CPU that goes: need two\n");
	} else if (off) {
		check_moves("down and up", cpu_down, cpu_up);
	} else {
		check_moves("stop and start", cpu_stop_one, cpu_restart);
	}
}
