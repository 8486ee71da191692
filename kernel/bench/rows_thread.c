/* SPDX-License-Identifier: MIT */
/*
 * Two threads on two CPUs that wake each other: one has the ball, the other sleeps, and between
 * them both CPUs are idle.
 */
#include <stddef.h>

#include <crosscall/cpumask.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"
#include "kernel/idle.h"
#include "kernel/sched/sched.h"

enum ball {
	BALL_PING,
	BALL_PONG,
	BALL_GONE,
};

static struct {
	struct task *console;
	struct task *ping;
	struct task *pong;
	_Atomic uint32_t ball;
	_Atomic uint32_t ended;
	uint64_t returned; /* by the second thread, which writes it */
} game;

static uint32_t ball(void)
{
	/* Acquire, paired with the release in pass(). */
	return atomic_load_explicit(&game.ball, memory_order_acquire);
}

static void pass(enum ball to, struct task *task)
{
	/* Release, paired with the acquire in ball(). */
	atomic_store_explicit(&game.ball, to, memory_order_release);
	(void)wake_up_process(task);
}

static void sleep_while(enum ball it_is)
{
	for (;;) {
		task_prepare_to_sleep();
		if (ball() != it_is) {
			break;
		}
		task_block();
	}
	task_finish_sleep();
}

static uint64_t one_round(struct bench *bench)
{
	uint64_t start = arch_clock_ns();
	uint64_t end;

	pass(BALL_PONG, game.pong);
	sleep_while(BALL_PONG);
	end = arch_clock_ns();
	bench_called(bench, 0, 1);
	return end - start;
}

static long ping(void *arg)
{
	struct bench *bench = arg;

	bench_sequence(bench);
	pass(BALL_GONE, game.pong);
	return 0;
}

static long pong(void *arg)
{
	(void)arg;
	sleep_while(BALL_PING);
	while (ball() != BALL_GONE) {
		game.returned++;
		pass(BALL_PING, game.ping);
		sleep_while(BALL_PING);
	}
	/* Release, paired with the acquire in await_end(). */
	atomic_store_explicit(&game.ended, 1, memory_order_release);
	(void)wake_up_process(game.console);
	return 0;
}

/* Asleep, so that the boot CPU is the first thread's. False when it takes too long. */
static bool await_end(uint64_t deadline)
{
	bool in_time = true;
	bool ended;

	do {
		task_prepare_to_sleep();
		/* Acquire, paired with the release in pong(). */
		ended = atomic_load_explicit(&game.ended, memory_order_acquire) != 0;
		in_time = ended || task_block_until(deadline);
	} while (!ended && in_time);
	task_finish_sleep();
	return ended;
}

static bool make_threads(struct bench *bench)
{
	struct cpumask here = cpumask_of(this_cpu()->cpu);
	struct cpumask there = cpumask_of(bench->target);

	game.ping = task_create("ping", ping, bench, PRIO_NORMAL, &here);
	game.pong = task_create("pong", pong, bench, PRIO_NORMAL, &there);
	return game.ping != NULL && game.pong != NULL;
}

static void play(struct bench *bench)
{
	game.console = current_task();
	game.returned = 0;
	atomic_store_explicit(&game.ball, BALL_PING, memory_order_relaxed); /* task_start() */
	atomic_store_explicit(&game.ended, 0, memory_order_relaxed);	    /* publishes both */
	if (!make_threads(bench)) {
		bench->wrong = "no memory for threads";
		return;
	}
	task_start(game.pong);
	task_start(game.ping);
	if (!await_end(arch_clock_ns() + bench->limit_ns + patience_ns())) {
		bench->wrong = "a wake-up was lost";
		return;
	}
	task_join(game.ping, NULL);
	task_join(game.pong, NULL);
	bench->executed = game.returned;
}

const struct bench_row bench_thread_rows[] = {
	{.name = "wakeup-ping-pong", .least_cpus = 2, .batch = 1, .sample = one_round, .run = play},
	{.name = NULL},
};
