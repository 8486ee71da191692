/* SPDX-License-Identifier: MIT */
/* What the other CPUs do meanwhile. */
#include <crosscall/config.h>

#include <asm/cpu.h>

#include "kernel/bench/bench.h"
#include "kernel/idle.h"
#include "kernel/sched/sched.h"

/* So long after its work a CPU sleeps. */
#define SETTLE_NS 1000000ULL

enum phase {
	PHASE_GATHER,
	PHASE_GO,
	PHASE_OVER,
};

static struct task *workers[CROSSCALL_NR_CPUS];
static struct cpumask employed; /* whose worker has not been seen to end */
static _Atomic uint32_t phase;
static _Atomic uint32_t nr_ready;
static _Atomic uint32_t nr_done;
static void (*current_work)(void); /* written before task_run(), which publishes it */

/* The library's waiting calls want a CPU for themselves; and so should it be measured. */
static long do_work(void *arg)
{
	(void)arg;
	preempt_disable();
	current_work();
	preempt_enable();
	/* Release, paired with the acquire in all_done(): what it stored comes first. */
	atomic_fetch_add_explicit(&nr_done, 1, memory_order_release);
	return 0;
}

void bench_ready(void)
{
	/* Release, paired with the acquire in all_ready(): what the work set up comes first. */
	atomic_fetch_add_explicit(&nr_ready, 1, memory_order_release);
}

static bool all_ready(void *arg)
{
	const struct bench *bench = arg;

	/* Acquire, paired with the release in bench_ready(). */
	return atomic_load_explicit(&nr_ready, memory_order_acquire) ==
	       cpumask_weight(&bench->workers);
}

static void set_phase(enum phase to)
{
	/* Release, paired with the acquire in phase_now(). */
	atomic_store_explicit(&phase, to, memory_order_release);
}

static uint32_t phase_now(void)
{
	/* Acquire, paired with the release in set_phase(). */
	return atomic_load_explicit(&phase, memory_order_acquire);
}

void bench_go(void)
{
	set_phase(PHASE_GO);
}

void bench_await_go(void)
{
	while (phase_now() == PHASE_GATHER) {
		cpu_relax();
	}
}

bool bench_is_over(void)
{
	return phase_now() == PHASE_OVER;
}

void bench_end_all(void)
{
	set_phase(PHASE_OVER);
}

void bench_be_busy(void)
{
	bench_ready();
	while (!bench_is_over()) {
		cpu_relax();
	}
}

static bool all_done(void *unused)
{
	(void)unused;
	/* Acquire, paired with the release in do_work(). */
	return atomic_load_explicit(&nr_done, memory_order_acquire) == cpumask_weight(&employed);
}

/* False: one does not end, and the words that it looks at stay its own. */
static bool end_workers(void)
{
	unsigned int cpu;

	bench_end_all();
	if (!wait_until(all_done, NULL, patience_ns())) {
		return false;
	}
	for_each_cpu(cpu, &employed) {
		task_join(workers[cpu], NULL);
	}
	cpumask_clear(&employed);
	bench_spin(SETTLE_NS);
	return true;
}

/* A thread on each of the CPUs, which stays there. False when there is no memory for one. */
static bool start_workers(const struct bench *bench)
{
	bool all = true;
	unsigned int cpu;

	for_each_cpu(cpu, &bench->workers) {
		struct cpumask there = cpumask_of(cpu);

		workers[cpu] = task_create("bench", do_work, NULL, PRIO_NORMAL, &there);
		if (workers[cpu] == NULL) {
			all = false;
			break;
		}
		cpumask_set_cpu(cpu, &employed);
	}
	for_each_cpu(cpu, &employed) {
		task_start(workers[cpu]); /* also when not all are there: nothing else ends one */
	}
	return all;
}

bool bench_employ(struct bench *bench, void (*work)(void))
{
	current_work = work;
	atomic_store_explicit(&nr_ready, 0, memory_order_relaxed); /* so are these */
	atomic_store_explicit(&nr_done, 0, memory_order_relaxed);
	set_phase(PHASE_GATHER);
	if (!start_workers(bench)) {
		bench->wrong = "no memory for threads";
	} else if (!wait_until(all_ready, bench, patience_ns())) {
		bench->wrong = "a CPU does not do what it was given";
	}
	if (bench->wrong != NULL) {
		(void)end_workers(); /* they have begun; bench_are_free() asks again */
		return false;
	}
	return true;
}

void bench_dismiss(struct bench *bench)
{
	if (!end_workers()) {
		bench->wrong = "a CPU does not end what it was given";
	}
}

bool bench_are_free(void)
{
	return cpumask_empty(&employed) || (all_done(NULL) && end_workers());
}
