/* SPDX-License-Identifier: MIT */
/* What the other CPUs do meanwhile. */
#include <crosscall/config.h>

#include <asm/cpu.h>

#include "kernel/bench/bench.h"
#include "kernel/idle.h"
#include "kernel/job.h"

/* So long after its work a CPU sleeps. */
#define SETTLE_NS 1000000ULL

enum phase {
	PHASE_GATHER,
	PHASE_GO,
	PHASE_OVER,
};

static struct job jobs[CROSSCALL_NR_CPUS];
static _Atomic uint32_t phase;
static _Atomic uint32_t nr_ready;
static void (*current_work)(void); /* written before job_start(), which publishes it */

static void do_work(void *arg)
{
	(void)arg;
	current_work();
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

bool bench_employ(struct bench *bench, void (*work)(void))
{
	unsigned int cpu;
	bool started = true;

	current_work = work;
	atomic_store_explicit(&nr_ready, 0, memory_order_relaxed); /* so is this */
	set_phase(PHASE_GATHER);
	for_each_cpu(cpu, &bench->workers) {
		jobs[cpu].run = do_work;
		started = job_start(cpu, &jobs[cpu]) && started;
	}
	if (!started || !wait_until(all_ready, bench, PATIENCE_NS)) {
		bench->wrong = "a CPU does not do what it was given";
		return false;
	}
	return true;
}

void bench_dismiss(struct bench *bench)
{
	unsigned int cpu;

	bench_end_all();
	for_each_cpu(cpu, &bench->workers) {
		if (!job_wait(&jobs[cpu])) {
			bench->wrong = "a CPU does not end what it was given";
		}
	}
	bench_spin(SETTLE_NS);
}
