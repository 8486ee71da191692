/* SPDX-License-Identifier: MIT */
/*
 * The reference kernel's run queues, with its own sets of CPUs: a thread is queued behind a busy
 * CPU while another goes idle. Queue 0 is the busy one's, queue 1 that of CPU 1. A queue is a
 * count here; its lock orders it, and the sets must order the rest.
 */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "kernel/sched/cpu_bits.h"
#include "tests/model/explore/explore.h"

static struct {
	_Atomic unsigned int locked;
	unsigned int nr;     /* threads that may run on both CPUs */
	unsigned int pinned; /* that may not */
} queues[2];

static void lock(unsigned int queue)
{
	unsigned int free = 0;

	while (!atomic_compare_exchange_strong_explicit(
		&queues[queue].locked, &free, 1, memory_order_acquire, memory_order_relaxed)) {
		free = 0;
		port_cpu_relax();
	}
}

static void unlock(unsigned int queue)
{
	atomic_store_explicit(&queues[queue].locked, 0, memory_order_release);
}

static void note(unsigned int queue)
{
	set_cpu_bit(waiting_cpus, queue, queues[queue].nr + queues[queue].pinned != 0);
}

/* One thread that waits on the busy CPU, if CPU 1 has none. */
static void move_one(void)
{
	lock(0);
	lock(1);
	if (queues[0].nr != 0 && queues[1].nr == 0) {
		queues[0].nr--;
		note(0);
		queues[1].nr++;
		set_cpu_bit(idle_cpus, 1, false);
	}
	unlock(1);
	unlock(0);
}

static void queue_one(void)
{
	struct cpumask idle;

	lock(0);
	queues[0].nr++;
	note(0);
	unlock(0);
	copy_cpus(&idle, idle_cpus);
	if (cpumask_test_cpu(1, &idle)) {
		move_one();
	}
}

static void go_idle(void)
{
	struct cpumask waiting;

	lock(1);
	if (queues[1].nr == 0) {
		set_cpu_bit(idle_cpus, 1, true);
	}
	unlock(1);
	copy_cpus(&waiting, waiting_cpus);
	if (cpumask_test_cpu(0, &waiting)) {
		move_one();
	}
}

/* Its bit is set for a thread that nobody else may run. */
static void queue_pinned(void)
{
	queues[0].pinned = 1;
	note(0);
}

/* A busy CPU has threads that another could run only when that one has some of its own. */
static void check_balance(void)
{
	expect(queues[1].nr == 1, "a thread waits for a busy CPU while another sleeps");
}

const struct scenario balance_scenarios[] = {
	{.name = "balance: a thread is queued, a CPU goes idle",
	 .nr_cpus = 2,
	 .cpu = {queue_one, go_idle},
	 .check = check_balance},
	{.name = "balance: behind one that may not move",
	 .nr_cpus = 2,
	 .setup = queue_pinned,
	 .cpu = {queue_one, go_idle},
	 .check = check_balance},
	{.name = "balance: two are queued",
	 .nr_cpus = 3,
	 .cpu = {queue_one, go_idle, queue_one},
	 .check = check_balance},
	{0},
};
