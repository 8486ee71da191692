/* SPDX-License-Identifier: MIT */
/* The table for people, or the lines for programs. docs/benchmark.md explains the columns. */
#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/params.h"
#include "kernel/percpu.h"

#define NS_PER_S 1000000000ULL
#define READINGS 1000U

static struct {
	unsigned long step_ns; /* of the clock */
	unsigned long read_ns; /* that reading it takes, and every sample contains once */
} the_clock;

static void measure_clock(void)
{
	uint64_t hz = arch_clock_hz();
	uint64_t start = arch_clock_ns();

	for (unsigned int i = 0; i < READINGS; i++) {
		(void)arch_clock_ns();
	}
	the_clock.read_ns = (unsigned long)((arch_clock_ns() - start) / READINGS);
	the_clock.step_ns = (unsigned long)((NS_PER_S + hz - 1) / hz);
}

static unsigned long rate(const struct bench *bench)
{
	if (bench->span_ns == 0) {
		return 0;
	}
	return (unsigned long)(bench->operations * NS_PER_S / bench->span_ns);
}

static void print_table_head(const struct bench *bench)
{
	unsigned int target = bench->target;

	printk("\nbenchmark on %u CPUs, doorbell %s\n", bench->nr_others + 1, doorbell()->name);
	if (bench->nr_others != 0) {
		printk("cpu %u (%s %lu) calls cpu %u (%s %lu) where a row has one target\n",
		       this_cpu()->cpu, arch_hwid_name, (unsigned long)this_cpu()->hwid.id, target,
		       arch_hwid_name, (unsigned long)cpu_data(target)->hwid.id);
	}
	printk("clock: a step is %lu ns, a reading takes %lu ns\n", the_clock.step_ns,
	       the_clock.read_ns);
	printk("a row ends after %u samples or %u ms; its times are in ns\n\n", params.samples,
	       params.row_ms);
	printk("  %-16s %9s %9s %9s %9s %9s %9s\n", "row", "min", "median", "p90", "p99",
	       "a second", "samples");
}

void bench_print_head(const struct bench *bench)
{
	measure_clock();
	if (params.csv) {
		printk("row,arch,doorbell,cpus,clock_step_ns,clock_read_ns,batch,samples,min_ns,"
		       "median_ns,p90_ns,p99_ns,per_second,calls,executed,status\n");
	} else {
		print_table_head(bench);
	}
}

static void print_table_row(const struct bench *bench, const char *skipped)
{
	if (skipped != NULL) {
		printk("  %-16s skipped: %s\n", bench->row->name, skipped);
		return;
	}
	printk("  %-16s %9u %9u %9u %9u %9lu %9u\n", bench->row->name, bench_quantile(bench->nr, 0),
	       bench_quantile(bench->nr, 50), bench_quantile(bench->nr, 90),
	       bench_quantile(bench->nr, 99), rate(bench), bench->nr);
}

static void print_csv_row(const struct bench *bench, const char *skipped, bool good)
{
	unsigned long state = console_lock();

	printk("%s,%s,%s,%u,%lu,%lu,%u,", bench->row->name, arch_name, doorbell()->name,
	       bench->nr_others + 1, the_clock.step_ns, the_clock.read_ns, bench->row->batch);
	if (skipped != NULL) {
		printk("0,,,,,,,,skipped: %s\n", skipped);
	} else {
		printk("%u,%u,%u,%u,%u,%lu,%lu,%lu,%s\n", bench->nr, bench_quantile(bench->nr, 0),
		       bench_quantile(bench->nr, 50), bench_quantile(bench->nr, 90),
		       bench_quantile(bench->nr, 99), rate(bench), (unsigned long)bench->made,
		       (unsigned long)bench->executed, good ? "ok" : "failed");
	}
	console_unlock(state);
}

void bench_print_row(const struct bench *bench, const char *skipped, bool good)
{
	bench_samples_sort(bench->nr);
	if (params.csv) {
		print_csv_row(bench, skipped, good);
	} else {
		print_table_row(bench, skipped);
	}
}
