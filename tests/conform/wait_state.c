/* SPDX-License-Identifier: MIT */
/*
 * Sleeping against being woken, real races: one CPU plays the thread, all others wake it. What a
 * scheduler would do, putting it on a run queue, is a count here.
 */
#include "tests/conform/suite.h"

/* Fewer on many CPUs, so that all together take about as long. */
#define ROUNDS (nr_cpus <= 4 ? 2000U : 8000U / nr_cpus)

#define MOST_TURNS 256U

static struct {
	struct wait_state state;
	_Atomic uint64_t posted[CROSSCALL_NR_CPUS]; /* by its CPU */
	_Atomic uint64_t taken[CROSSCALL_NR_CPUS];  /* by the thread */
	_Atomic uint64_t queued; /* times that somebody was told to make it run */
	uint64_t sleeps;
	uint64_t random;
	uint64_t letter; /* plain memory: the state is what orders it */
	_Atomic uint64_t read;
	_Atomic uint64_t asleep;
} thread;

static void begin(void)
{
	wait_state_init(&thread.state);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		atomic_store_explicit(&thread.posted[cpus[i]], 0, memory_order_relaxed);
		atomic_store_explicit(&thread.taken[cpus[i]], 0, memory_order_relaxed);
	}
	atomic_store_explicit(&thread.queued, 0, memory_order_relaxed);
	atomic_store_explicit(&thread.read, 0, memory_order_relaxed);
	atomic_store_explicit(&thread.asleep, 0, memory_order_relaxed);
	thread.sleeps = 0;
	thread.random = random_seed(0);
}

static void wake(void)
{
	if (wait_state_wake(&thread.state)) {
		/* relaxed: what it orders is the state's to order */
		atomic_fetch_add_explicit(&thread.queued, 1, memory_order_relaxed);
	}
}

static void test_steps(void)
{
	begin();
	check(!wait_state_wake(&thread.state), "a thread that is awake is not asleep");
	check(!wait_state_commit(&thread.state), "no sleep that was not announced");
	wait_state_prepare(&thread.state);
	check(!wait_state_is_asleep(&thread.state), "announced is not asleep");
	check(!wait_state_wake(&thread.state),
	      "a thread that has announced its sleep need not be queued");
	check(!wait_state_commit(&thread.state), "no sleep after a wake");
	wait_state_prepare(&thread.state);
	wait_state_finish(&thread.state);
	check(!wait_state_commit(&thread.state), "no sleep after it was taken back");
	wait_state_prepare(&thread.state);
	check(wait_state_commit(&thread.state), "sleep");
	check(wait_state_is_asleep(&thread.state), "asleep");
	check(wait_state_wake(&thread.state), "the first wake queues the thread");
	check(!wait_state_wake(&thread.state), "the second does not");
	check(!wait_state_is_asleep(&thread.state), "awake");
}

/* Takes what was posted. True when there was something. */
static bool take_posts(void)
{
	bool any = false;

	for (unsigned int i = 1; i < nr_cpus; i++) {
		/* relaxed: the state orders, rule 19 */
		uint64_t posted =
			atomic_load_explicit(&thread.posted[cpus[i]], memory_order_relaxed);

		if (posted != atomic_load_explicit(&thread.taken[cpus[i]], memory_order_relaxed)) {
			/* release: pairs with the acquire in wait_for() */
			atomic_store_explicit(&thread.taken[cpus[i]], posted, memory_order_release);
			any = true;
		}
	}
	return any;
}

/* Now and then a post comes just between the look and the sleep. */
static void dawdle(void)
{
	uint64_t turns = random_next(&thread.random) % MOST_TURNS;

	while (turns-- != 0) {
		port_cpu_relax();
	}
}

static void sleep_until_posted(void)
{
	for (;;) {
		wait_state_prepare(&thread.state);
		if (take_posts()) {
			break;
		}
		dawdle();
		if (wait_state_commit(&thread.state)) {
			thread.sleeps++;
			wait_for(&thread.queued, thread.sleeps, "a wake-up");
		}
	}
	wait_state_finish(&thread.state);
}

static bool all_taken(void)
{
	for (unsigned int i = 1; i < nr_cpus; i++) {
		if (atomic_load_explicit(&thread.taken[cpus[i]], memory_order_relaxed) != ROUNDS) {
			return false;
		}
	}
	return true;
}

static void post(void *unused)
{
	unsigned int self = port_smp_processor_id();

	(void)unused;
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		/* relaxed: the wake orders */
		atomic_store_explicit(&thread.posted[self], i, memory_order_relaxed);
		wake();
		wait_for(&thread.taken[self], i, "the thread to take what was posted");
	}
}

static void test_never_lost(void)
{
	begin();
	for (unsigned int i = 1; i < nr_cpus; i++) {
		start_on(cpus[i], post, NULL);
	}
	while (!all_taken()) {
		sleep_until_posted();
	}
	for (unsigned int i = 1; i < nr_cpus; i++) {
		finish_on(cpus[i]);
	}
	check_eq(atomic_load_explicit(&thread.queued, memory_order_relaxed), thread.sleeps,
		 "each sleep is ended by one that is told so");
}

static void send_letters(void *unused)
{
	(void)unused;
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		wait_for(&thread.asleep, i, "the thread to fall asleep");
		thread.letter = i;
		wake();
		wait_for(&thread.read, i, "the letter to be read");
	}
}

/* Nothing but the state tells the thread that the letter is there. */
static void test_stores(void)
{
	begin();
	start_on(cpus[1], send_letters, NULL);
	for (uint64_t i = 1; i <= ROUNDS; i++) {
		wait_state_prepare(&thread.state);
		if (!check(wait_state_commit(&thread.state), "nobody else wakes it")) {
			break;
		}
		/* relaxed: who wakes it only has to come after */
		atomic_store_explicit(&thread.asleep, i, memory_order_relaxed);
		while (wait_state_is_asleep(&thread.state)) {
			poll_turn("a wake-up");
		}
		wait_state_prepare(&thread.state);
		check_eq(thread.letter, i, "stores before wait_state_wake() are visible after it");
		wait_state_finish(&thread.state);
		/* release: the letter may be written anew; pairs with the acquire in wait_for() */
		atomic_store_explicit(&thread.read, i, memory_order_release);
	}
	finish_on(cpus[1]);
}

const struct conform_test conform_wait_tests[] = {
	{"wait: the steps of a sleep", test_steps, 1},
	{"wait: no wake-up is lost", test_never_lost, 2},
	{"wait: what was stored before the wake is visible", test_stores, 2},
	{NULL, NULL, 0},
};
