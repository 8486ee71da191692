/* SPDX-License-Identifier: MIT */
/* Cross-calls from one CPU. */
#include <crosscall/errno.h>
#include <crosscall/smp_call.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"

/* The target has gone back to sleep by then. */
#define PAUSE_NS 100000

/* An asynchronous call takes no longer than a few steps of the clock. */
#define FLOOD_BATCH 32

static uint64_t call(struct bench *bench)
{
	uint64_t start = arch_clock_ns();
	int error = smp_call_function_single(bench->target, bench_executed, NULL, true);
	uint64_t end = arch_clock_ns();

	bench_called(bench, error, 1);
	return end - start;
}

static uint64_t broadcast(struct bench *bench)
{
	uint64_t start = arch_clock_ns();
	int error = smp_call_function(bench_executed, NULL, true);
	uint64_t end = arch_clock_ns();

	bench_called(bench, error, bench->nr_others);
	return end - start;
}

/* A call that is refused because all requests are under way is made again. */
static int call_without_waiting(unsigned int target)
{
	int error = smp_call_function_single(target, bench_executed, NULL, false);

	while (error == -EBUSY) {
		cpu_relax();
		error = smp_call_function_single(target, bench_executed, NULL, false);
	}
	return error;
}

static uint64_t flood(struct bench *bench)
{
	uint64_t start = arch_clock_ns();

	for (unsigned int i = 0; i < FLOOD_BATCH; i++) {
		bench_called(bench, call_without_waiting(bench->target), 1);
	}
	return arch_clock_ns() - start;
}

/* What is under way belongs to the flood's time. */
static void drain(struct bench *bench)
{
	uint64_t start = arch_clock_ns();
	uint64_t missing = bench->made - (bench_executed_sum() - bench->before);

	if (!bench_spin_until(bench_executed_on, bench->target,
			      bench_executed_on(bench->target) + missing)) {
		bench->wrong = "a call was not executed";
	}
	bench->span_ns += arch_clock_ns() - start;
}

const struct bench_row bench_call_rows[] = {
	{.name = "call-busy",
	 .least_cpus = 2,
	 .work = bench_be_busy,
	 .only_target = true,
	 .batch = 1,
	 .sample = call},
	{.name = "call-idle", .least_cpus = 2, .batch = 1, .sample = call},
	{.name = "call-idle-pause",
	 .least_cpus = 2,
	 .batch = 1,
	 .pause_ns = PAUSE_NS,
	 .sample = call},
	{.name = "flood-busy",
	 .least_cpus = 2,
	 .work = bench_be_busy,
	 .only_target = true,
	 .batch = FLOOD_BATCH,
	 .sample = flood,
	 .finish = drain},
	{.name = "broadcast-busy",
	 .least_cpus = 2,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .work = bench_be_busy,
	 .batch = 1,
	 .sample = broadcast},
	{.name = "broadcast-idle",
	 .least_cpus = 2,
	 .batch = 1,
	 .pause_ns = PAUSE_NS,
	 .sample = broadcast},
	{.name = NULL},
};
