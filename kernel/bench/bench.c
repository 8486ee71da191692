/* SPDX-License-Identifier: MIT */
#include "kernel/bench/bench.h"

#include <stdio.h>
#include <string.h>

#include <crosscall/config.h>
#include <crosscall/cpu.h>
#include <crosscall/latency.h>

#include <asm/cpu.h>

#include "kernel/console.h"
#include "kernel/params.h"
#include "kernel/percpu.h"
#include "kernel/result.h"
#include "kernel/vm.h"

#define NS_PER_MS 1000000ULL

static const struct bench_row *const tables[] = {
	bench_ipi_rows, bench_call_rows, bench_tlb_rows, bench_thread_rows, bench_many_rows,
};

#define NR_TABLES (sizeof(tables) / sizeof(tables[0]))

/* What is in the list, "a,b,c", up to the comma. */
static bool is_word(const char *list, size_t len, const char *name)
{
	return strlen(name) == len && strncmp(list, name, len) == 0;
}

static bool is_asked_for(const char *name)
{
	const char *list = params.rows;

	for (;;) {
		size_t len = strcspn(list, ",");

		if (is_word(list, len, name) || is_word(list, len, "all")) {
			return true;
		}
		if (list[len] == '\0') {
			return false;
		}
		list += len + 1;
	}
}

static bool is_row(const char *list, size_t len)
{
	for (unsigned int t = 0; t < NR_TABLES; t++) {
		for (const struct bench_row *row = tables[t]; row->name != NULL; row++) {
			if (is_word(list, len, row->name)) {
				return true;
			}
		}
	}
	return is_word(list, len, "all");
}

/* False after a line that names the first word that is no row. */
static bool rows_exist(void)
{
	const char *list = params.rows;

	for (;;) {
		size_t len = strcspn(list, ",");

		if (!is_row(list, len)) {
			return result_check(false, "bench=%.*s: no such row", (int)len, list);
		}
		if (list[len] == '\0') {
			return true;
		}
		list += len + 1;
	}
}

static void measure(struct bench *bench)
{
	const struct bench_row *row = bench->row;

	if (!bench_are_free()) {
		bench->wrong = "a CPU still does what an earlier row gave it";
		return;
	}
	if (row->run != NULL) {
		row->run(bench);
		return;
	}
	if (row->prepare != NULL && !row->prepare(bench)) {
		return;
	}
	if (row->work != NULL && !bench_employ(bench, row->work)) {
		return;
	}
	bench_sequence(bench);
	if (row->finish != NULL && bench->wrong == NULL) {
		row->finish(bench);
	}
	if (row->work != NULL) {
		bench_dismiss(bench);
	}
}

/* What is right about a row that was measured, and a line about what is not. */
static bool verify(const struct bench *bench)
{
	const char *name = bench->row->name;
	bool good;

	if (!result_check(bench->wrong == NULL, "%s: %s", name, bench->wrong)) {
		return false; /* the rest is a consequence */
	}
	good = result_check(bench->errors == 0, "%s: %u calls failed, the last with %d", name,
			    bench->errors, bench->error);
	good = result_check(bench->executed == bench->made, "%s: %lu calls made, %lu executed",
			    name, (unsigned long)bench->made, (unsigned long)bench->executed) &&
	       good;
	return result_check(bench->nr > 0, "%s: nothing was measured", name) && good;
}

static void run_row(const struct bench *machine, const struct bench_row *row)
{
	struct bench bench = *machine;
	unsigned int cpus = bench.nr_others + 1;
	char why[40];

	bench.row = row;
	bench.workers = row->only_target ? cpumask_of(bench.target) : bench.others;
	bench.before = bench_executed_sum();
	if (cpus < row->least_cpus) {
		snprintf(why, sizeof(why), "needs %u CPUs", row->least_cpus);
		bench_print_row(&bench, why, true);
		return;
	}
	if (row->most_cpus != 0 && cpus > row->most_cpus) {
		snprintf(why, sizeof(why), "more than %u CPUs would spin", row->most_cpus);
		bench_print_row(&bench, why, true);
		return;
	}
	measure(&bench);
	if (bench.impossible != NULL) {
		bench_print_row(&bench, bench.impossible, true);
		return;
	}
	bench.executed += bench_executed_sum() - bench.before;
	bench_print_row(&bench, NULL, verify(&bench));
}

/*
 * The first CPU that does not share one of the host's with this one, where the host has said how it
 * deals them out: hardware ids are QEMU's numbers, or count like them in their lowest part.
 */
static unsigned int choose_target(const struct cpumask *others)
{
	uint64_t mine = this_cpu()->hwid.id % params.spread;
	unsigned int cpu;

	for_each_cpu(cpu, others) {
		if (cpu_data(cpu)->hwid.id % params.spread != mine) {
			return cpu;
		}
	}
	return cpumask_first(others);
}

static void look_at_machine(struct bench *bench)
{
	cpumask_copy_online(&bench->others);
	cpumask_clear_cpu(this_cpu()->cpu, &bench->others);
	bench->nr_others = cpumask_weight(&bench->others);
	bench->target = choose_target(&bench->others);
	bench->wanted = params.samples;
	bench->limit_ns = params.row_ms * NS_PER_MS;
}

void bench_all(void)
{
	struct bench machine = {.nr = 0};

	if (!rows_exist()) {
		return;
	}
	ipi_latency_enable(false); /* it stamps every send */
	look_at_machine(&machine);
	bench_print_head(&machine);
	for (unsigned int t = 0; t < NR_TABLES; t++) {
		for (const struct bench_row *row = tables[t]; row->name != NULL; row++) {
			if (is_asked_for(row->name)) {
				run_row(&machine, row);
			}
		}
	}
	(void)vm_choose_method();
	result_check(true, "the benchmark ran");
}
