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

/* What a thread does between two steps of its sum. */
static void change_over(uintptr_t dice)
{
	switch (dice % 3) {
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
}

static void stay(uintptr_t dice)
{
	(void)dice;
}

/*
 * More values than a CPU has registers that a call preserves, all of them needed after each call:
 * one that a switch loses changes the sum.
 */
static long sum_up(uintptr_t seed, void (*between)(uintptr_t dice))
{
	uintptr_t a = seed, b = ~seed, c = seed * 3, d = seed * 5, e = seed * 7, f = seed * 11;
	uintptr_t g = seed * 13, h = seed * 17, i = seed * 19, j = seed * 23, k = seed * 29;

	for (uintptr_t turn = 0; turn < TURNS; turn++) {
		between(seed + turn);
		a += b ^ turn;
		b += c ^ a;
		c += d ^ b;
		d += e ^ c;
		e += f ^ d;
		f += g ^ e;
		g += h ^ f;
		h += i ^ g;
		i += j ^ h;
		j += k ^ i;
		k += a ^ j;
	}
	return (long)(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k);
}

static long work(void *arg)
{
	struct task *self = current_task();
	long sum = sum_up((uintptr_t)arg, change_over);

	return current_task() == self ? sum : -1;
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
		good += result_check(value == sum_up(i + 1, stay),
				     "thread %u ended with %lx, not %lx", i, (unsigned long)value,
				     (unsigned long)sum_up(i + 1, stay));
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
			/* Relaxed: the state word orders, rule 19. */
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
