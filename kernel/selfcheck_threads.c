/* SPDX-License-Identifier: MIT */
/* Threads: they begin, take turns, sleep, wake each other, move, and end with what they return. */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define THREADS_A_CPU 4U
#define MOST_THREADS 64U
#define TURNS 20U
#define NAP_NS 200000ULL
#define PASSES 200U

static struct task *threads[MOST_THREADS];

/* Keeps values in registers and on the stack over everything that may switch. */
static long work(void *arg)
{
	uintptr_t seed = (uintptr_t)arg;
	uintptr_t sum = seed;
	struct task *self = current_task();

	for (unsigned int turn = 0; turn < TURNS; turn++) {
		switch ((seed + turn) % 3) {
		case 0:
			task_sleep(NAP_NS);
			break;
		case 1:
			task_yield();
			break;
		default:
			for (unsigned int i = 0; i < 10000; i++) {
				cpu_relax();
			}
		}
		sum += turn * seed;
		if (current_task() != self) {
			return -1;
		}
	}
	return (long)sum;
}

static long expected(uintptr_t seed)
{
	return (long)(seed + seed * (TURNS * (TURNS - 1) / 2));
}

static void check_many(void)
{
	unsigned int nr = num_online_cpus() * THREADS_A_CPU;
	unsigned int good = 0;

	nr = nr < MOST_THREADS ? nr : MOST_THREADS;
	for (unsigned int i = 0; i < nr; i++) {
		threads[i] = task_run("work", work, (void *)(uintptr_t)(i + 1), PRIO_NORMAL, NULL);
		if (!result_check(threads[i] != NULL, "no memory for thread %u", i)) {
			nr = i;
		}
	}
	for (unsigned int i = 0; i < nr; i++) {
		long value = 0;

		task_join(threads[i], &value);
		good += result_check(value == expected(i + 1), "thread %u ended with %ld, not %ld",
				     i, value, expected(i + 1));
	}
	result_check(task_count() == 0, "%u threads are left", task_count());
	printk("  %-24s %7u ended with what they should return\n", "threads", good);
}

/* Two threads hand a ball to each other; each hit is a wake-up, and a lost one would end it. */
static struct {
	struct task *player[2];
	_Atomic unsigned int hits;
} game;

static long play(void *arg)
{
	unsigned int me = (unsigned int)(uintptr_t)arg;

	for (;;) {
		unsigned int hits;

		for (;;) {
			task_prepare_to_sleep();
			/* Relaxed: the state word orders, rule 20. */
			hits = atomic_load_explicit(&game.hits, memory_order_relaxed);
			if (hits % 2 == me || hits >= PASSES) {
				break;
			}
			task_block();
		}
		task_finish_sleep();
		if (hits >= PASSES) {
			return (long)hits;
		}
		atomic_store_explicit(&game.hits, hits + 1, memory_order_relaxed);
		(void)wake_up_process(game.player[1 - me]);
	}
}

static void check_passes(void)
{
	long hits[2] = {0, 0};

	atomic_store_explicit(&game.hits, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < 2; i++) {
		game.player[i] =
			task_create("player", play, (void *)(uintptr_t)i, PRIO_NORMAL, NULL);
	}
	if (!result_check(game.player[0] != NULL && game.player[1] != NULL, "no players")) {
		return;
	}
	task_start(game.player[0]);
	task_start(game.player[1]);
	task_join(game.player[0], &hits[0]);
	task_join(game.player[1], &hits[1]);
	result_check(hits[0] == PASSES && hits[1] == PASSES,
		     "the ball was passed %ld and %ld times", hits[0], hits[1]);
	printk("  %-24s %7ld between two threads\n", "wake-ups", hits[0]);
}

/* Pins itself to one CPU after the other, and says how often it was where it should be. */
static long travel(void *arg)
{
	const struct cpumask *online = arg;
	long right = 0;
	unsigned int cpu;

	for_each_cpu(cpu, online) {
		struct cpumask there = cpumask_of(cpu);
		unsigned long state;

		(void)task_set_affinity(current_task(), &there);
		state = local_irq_save();
		right += this_cpu()->cpu == cpu;
		local_irq_restore(state);
	}
	return right;
}

static void check_travel(void)
{
	struct cpumask online;
	struct task *task;
	long right = 0;

	cpumask_copy_online(&online);
	task = task_run("travel", travel, &online, PRIO_NORMAL, NULL);
	if (!result_check(task != NULL, "no traveller")) {
		return;
	}
	task_join(task, &right);
	result_check(right == (long)cpumask_weight(&online),
		     "a thread that moves was right %ld "
		     "times of %u",
		     right, cpumask_weight(&online));
	printk("  %-24s %7ld CPUs visited by one thread\n", "affinity", right);
}

void selfcheck_threads(void)
{
	check_many();
	check_passes();
	check_travel();
}
