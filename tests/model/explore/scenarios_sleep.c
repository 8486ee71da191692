/* SPDX-License-Identifier: MIT */
/*
 * A thread that goes to sleep, and who wakes it. The conditions are relaxed: the state is what
 * orders them. The run queue is a count, relaxed too: a thread that has left its CPU goes on when
 * it was counted once more.
 */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "tests/model/explore/explore.h"

static struct wait_state state;
static _Atomic unsigned int condition[2]; /* by CPU i, before it wakes the thread */
static _Atomic unsigned int queued;	  /* by whoever was told to make it run */
static _Atomic unsigned int note;	  /* by the thread, before it announces its sleep */
static unsigned int letter;		  /* by CPU 0, before its wake */
static unsigned int context[8];		  /* by the thread, before each of its sleeps */
static unsigned int sleeps;
static unsigned int found;  /* the condition, at the thread's first look */
static unsigned int noted;  /* the note, after CPU 0's wake */
static unsigned int passed; /* the thread is through */

static void begin(void)
{
	wait_state_init(&state);
}

static bool is_posted(unsigned int by)
{
	return atomic_load_explicit(&condition[by], memory_order_relaxed) != 0;
}

/* Goes to sleep, unless it was woken. Whoever makes it run finds where it was. */
static bool sleep_unless_woken(void)
{
	context[sleeps] = 1;
	if (!wait_state_commit(&state)) {
		return false;
	}
	sleeps++;
	while (atomic_load_explicit(&queued, memory_order_relaxed) < sleeps) {
		port_cpu_relax();
	}
	return true;
}

static void wake(void)
{
	if (wait_state_wake(&state)) {
		/* relaxed: as the thread waits for it, nobody else is told meanwhile */
		unsigned int nr = atomic_load_explicit(&queued, memory_order_relaxed);

		expect(context[nr] == 1, "who makes the thread run does not see where it was");
		atomic_fetch_add_explicit(&queued, 1, memory_order_relaxed);
	}
}

static void post(void)
{
	atomic_store_explicit(&condition[port_smp_processor_id()], 1, memory_order_relaxed);
	wake();
}

static void check_queued(void)
{
	expect(passed == 1, "the thread has not gone on");
	expect(queued == sleeps, "not one was told to make the thread run");
}

/* ---- one waker: all that each may rely on ---- */

static void post_letter(void)
{
	letter = 1;
	post();
	noted = atomic_load_explicit(&note, memory_order_relaxed);
}

static void read_letter(void)
{
	expect(is_posted(0), "woken, but not for the condition");
	expect(letter == 1, "what was stored before the wake is not seen");
}

static void await_letter(void)
{
	atomic_store_explicit(&note, 1, memory_order_relaxed);
	wait_state_prepare(&state);
	found = is_posted(0);
	if (found == 0) {
		if (sleep_unless_woken()) {
			wait_state_prepare(&state);
		}
		read_letter();
	}
	wait_state_finish(&state);
	passed = 1;
}

static void check_letter(void)
{
	check_queued();
	expect(found + noted != 0, "the thread misses the condition, and its waker the note");
}

/* ---- two wakers; a sleep that is taken back ---- */

static void await_posts(unsigned int wanted)
{
	for (;;) {
		wait_state_prepare(&state);
		if (is_posted(0) + is_posted(1) == (int)wanted) {
			break;
		}
		(void)sleep_unless_woken();
	}
	wait_state_finish(&state);
	passed = 1;
}

static void await_two(void)
{
	await_posts(2);
}

static void take_back_and_await(void)
{
	wait_state_prepare(&state);
	wait_state_finish(&state);
	await_posts(1);
}

const struct scenario sleep_scenarios[] = {
	{.name = "wait: one waker",
	 .nr_cpus = 2,
	 .setup = begin,
	 .cpu = {post_letter, await_letter},
	 .check = check_letter},
	{.name = "wait: two wakers",
	 .nr_cpus = 3,
	 .setup = begin,
	 .cpu = {post, post, await_two},
	 .check = check_queued},
	{.name = "wait: a sleep taken back",
	 .nr_cpus = 2,
	 .setup = begin,
	 .cpu = {post, take_back_and_await},
	 .check = check_queued},
	{0},
};
