/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs that call at the same time, and wait each for its own call. All begin together. The
 * row is over for all when one has taken its share of the samples, or when the time is up: what the
 * rest took after that would be of CPUs that are no longer under load.
 */
#include <stddef.h>

#include <crosscall/config.h>
#include <crosscall/cpu.h>
#include <crosscall/smp_call.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"

#define WARM_UP_CALLS 16

/* One CPU's part: its own until the work is over. */
struct caller {
	_Alignas(CROSSCALL_CACHE_LINE) uint64_t end; /* when its last call had returned */
	uint64_t made;
	unsigned int first; /* its samples' places */
	unsigned int nr;
	unsigned int errors;
	int error;
	unsigned int last_target;
};

static struct caller callers[CROSSCALL_NR_CPUS];

/* Written by the boot CPU before the others begin. */
static struct {
	struct cpumask callers;
	struct cpumask targets;
	unsigned int room; /* samples of each caller */
	uint64_t limit_ns;
} many;

/* Round and round over the targets but itself, each beginning after itself. */
static unsigned int next_target(struct caller *mine, unsigned int self)
{
	unsigned int cpu = mine->last_target;

	do {
		cpu = cpumask_next(cpu, &many.targets);
		cpu = cpu < CROSSCALL_NR_CPUS ? cpu : cpumask_first(&many.targets);
	} while (cpu == self);
	mine->last_target = cpu;
	return cpu;
}

static uint64_t call_next(struct caller *mine, unsigned int self)
{
	unsigned int cpu = next_target(mine, self);
	uint64_t start = arch_clock_ns();
	int error = smp_call_function_single(cpu, bench_executed, NULL, true);

	mine->end = arch_clock_ns();
	if (error != 0) {
		mine->errors++;
		mine->error = error;
	} else {
		mine->made++;
	}
	return mine->end - start;
}

static void warm_up(void)
{
	unsigned int self = this_cpu()->cpu;

	callers[self].last_target = self;
	for (unsigned int i = 0; i < WARM_UP_CALLS; i++) {
		(void)call_next(&callers[self], self);
	}
}

static void call_until_over(void)
{
	unsigned int self = this_cpu()->cpu;
	struct caller *mine = &callers[self];
	uint64_t start = arch_clock_ns();

	while (!bench_is_over() && mine->errors == 0) {
		uint64_t ns = call_next(mine, self);

		bench_sample_put(mine->first + mine->nr++, ns);
		if (mine->nr == many.room || mine->end - start >= many.limit_ns) {
			bench_end_all();
		}
	}
}

static void work(void)
{
	if (!cpumask_test_cpu(this_cpu()->cpu, &many.callers)) {
		bench_be_busy();
		return;
	}
	warm_up();
	bench_ready();
	bench_await_go();
	call_until_over();
}

/* Each caller gets the same part of the samples' places. */
static void share_out(const struct bench *bench)
{
	unsigned int nr = cpumask_weight(&many.callers);
	unsigned int first = 0;
	unsigned int cpu;

	many.room = bench->wanted > nr ? bench->wanted / nr : 1;
	many.limit_ns = bench->limit_ns;
	for_each_cpu(cpu, &many.callers) {
		callers[cpu] = (struct caller){.first = first};
		first += many.room;
	}
}

/* The samples side by side, and the sums. */
static void gather(struct bench *bench, uint64_t start)
{
	uint64_t end = start;
	unsigned int cpu;

	for_each_cpu(cpu, &many.callers) {
		const struct caller *caller = &callers[cpu];

		for (unsigned int i = 0; i < caller->nr; i++) {
			bench_sample_move(bench->nr++, caller->first + i);
		}
		bench->made += caller->made;
		bench->errors += caller->errors;
		bench->error = caller->errors != 0 ? caller->error : bench->error;
		end = caller->end > end ? caller->end : end;
	}
	bench->operations = bench->nr;
	bench->span_ns = end - start;
}

/* This CPU is a caller too. */
static void call_together(struct bench *bench)
{
	uint64_t start;

	share_out(bench);
	if (bench_employ(bench, work)) {
		warm_up();
		bench_go();
		start = arch_clock_ns();
		call_until_over();
		bench_dismiss(bench);
		gather(bench, start);
	}
}

static void many_to_one(struct bench *bench)
{
	cpumask_copy_online(&many.callers);
	cpumask_clear_cpu(bench->target, &many.callers);
	many.targets = cpumask_of(bench->target);
	call_together(bench);
}

static void many_to_many(struct bench *bench)
{
	cpumask_copy_online(&many.callers);
	cpumask_copy_online(&many.targets);
	call_together(bench);
}

const struct bench_row bench_many_rows[] = {
	{.name = "many-to-one",
	 .least_cpus = 3,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .batch = 1,
	 .run = many_to_one},
	{.name = "many-to-many",
	 .least_cpus = 2,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .batch = 1,
	 .run = many_to_many},
	{.name = NULL},
};
