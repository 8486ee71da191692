/* SPDX-License-Identifier: MIT */
/* An IPI by itself: no request, no queue, a kind of its own with a handler that only counts. */
#include <crosscall/ipi.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"

static struct {
	struct cpumask target;
	unsigned int kind;
} raw;

static void count_ipi(struct pt_regs *regs)
{
	(void)regs;
	bench_executed(NULL);
}

static bool prepare(struct bench *bench)
{
	raw.target = cpumask_of(bench->target);
	if (raw.kind == 0) {
		int kind = ipi_register_kind("bench", count_ipi);

		if (kind < 0) {
			bench->wrong = "no kind of IPI is left";
			return false;
		}
		raw.kind = (unsigned int)kind;
	}
	return true;
}

static void await(struct bench *bench, uint64_t count)
{
	if (!bench_spin_until(bench_executed_on, bench->target, count)) {
		bench->wrong = "an IPI did not arrive";
	}
}

static uint64_t send(struct bench *bench)
{
	uint64_t before = bench_executed_on(bench->target);
	uint64_t start = arch_clock_ns();
	int error = smp_cross_call(&raw.target, raw.kind, NULL);
	uint64_t end = arch_clock_ns();

	await(bench, before + 1); /* the next one must not meet this one on its way */
	bench_called(bench, error, 1);
	return end - start;
}

static uint64_t round_trip(struct bench *bench)
{
	uint64_t before = bench_executed_on(bench->target);
	uint64_t start = arch_clock_ns();
	int error = smp_cross_call(&raw.target, raw.kind, NULL);
	uint64_t end;

	await(bench, before + 1);
	end = arch_clock_ns();
	bench_called(bench, error, 1);
	return end - start;
}

const struct bench_row bench_ipi_rows[] = {
	{.name = "raw-send",
	 .least_cpus = 2,
	 .work = bench_be_busy,
	 .only_target = true,
	 .batch = 1,
	 .prepare = prepare,
	 .sample = send},
	{.name = "raw-round-trip",
	 .least_cpus = 2,
	 .work = bench_be_busy,
	 .only_target = true,
	 .batch = 1,
	 .prepare = prepare,
	 .sample = round_trip},
	{.name = NULL},
};
