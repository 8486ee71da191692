/* SPDX-License-Identifier: MIT */
/* Samples, counts and the loop around them. */
#include <stdlib.h>

#include <crosscall/config.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"
#include "kernel/idle.h"
#include "kernel/percpu.h"

/* Turns of a spin between two looks at the clock. */
#define TURNS_PER_LOOK (1U << 16)

/* The first operations find nothing in the caches, under TCG not even the code. */
#define WARM_UP_SAMPLES 64U
#define WARM_UP_NS 30000000ULL

/* Each its own CPU's. */
struct executed {
	_Alignas(CROSSCALL_CACHE_LINE) percpu_count_t count;
};

static struct executed executed[CROSSCALL_NR_CPUS];
static uint32_t samples[BENCH_MOST_SAMPLES];

void bench_executed(void *info)
{
	(void)info;
	percpu_count(&executed[this_cpu()->cpu].count);
}

uint64_t bench_executed_on(unsigned int cpu)
{
	return percpu_read(&executed[cpu].count);
}

uint64_t bench_executed_sum(void)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		sum += bench_executed_on(cpu);
	}
	return sum;
}

void bench_called(struct bench *bench, int error, unsigned int targets)
{
	if (error != 0) {
		bench->errors++;
		bench->error = error;
	} else {
		bench->made += targets;
	}
}

void bench_spin(uint64_t ns)
{
	uint64_t start = arch_clock_ns();

	while (arch_clock_ns() - start < ns) {
		cpu_relax();
	}
}

bool bench_spin_until(uint64_t (*count)(unsigned int cpu), unsigned int cpu, uint64_t value)
{
	uint64_t start = 0;
	unsigned int turns = 0;

	while (count(cpu) < value) {
		cpu_relax();
		if (++turns % TURNS_PER_LOOK != 0) {
			continue;
		}
		start = start != 0 ? start : arch_clock_ns();
		if (arch_clock_ns() - start > patience_ns()) {
			return false;
		}
	}
	return true;
}

/* False when the row has failed, or when its time is up. */
static bool goes_on(const struct bench *bench, uint64_t start, uint64_t limit_ns)
{
	return bench->errors == 0 && bench->wrong == NULL && arch_clock_ns() - start < limit_ns;
}

static uint64_t one_sample(struct bench *bench)
{
	if (bench->row->pause_ns != 0) {
		bench_spin(bench->row->pause_ns);
	}
	return bench->row->sample(bench);
}

void bench_sequence(struct bench *bench)
{
	uint64_t start = arch_clock_ns();

	for (unsigned int i = 0; i < WARM_UP_SAMPLES && goes_on(bench, start, WARM_UP_NS); i++) {
		(void)one_sample(bench);
	}
	start = arch_clock_ns();
	while (bench->nr < bench->wanted && goes_on(bench, start, bench->limit_ns)) {
		uint64_t ns = one_sample(bench);

		bench->span_ns += ns;
		bench->operations += bench->row->batch;
		bench_sample_put(bench->nr++, ns / bench->row->batch);
	}
}

void bench_sample_put(unsigned int i, uint64_t ns)
{
	samples[i] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

void bench_sample_move(unsigned int to, unsigned int from)
{
	samples[to] = samples[from];
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void bench_samples_sort(unsigned int nr)
{
	qsort(samples, nr, sizeof(samples[0]), compare);
}

uint32_t bench_quantile(unsigned int nr, unsigned int percent)
{
	unsigned int rank = (nr * percent + 99) / 100;

	return nr == 0 ? 0 : samples[rank != 0 ? rank - 1 : 0];
}
