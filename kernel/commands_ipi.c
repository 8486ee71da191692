/* SPDX-License-Identifier: MIT */
/* The IPI table, and how long IPIs take. */
#include <stdio.h>
#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/latency.h>

#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/params.h"
#include "kernel/table.h"

#define BAR_MOST 40U

static const char *const part_names[NR_IPI_LATENCY_PARTS] = {
	[IPI_SEND_TO_ENTRY] = "send to entry",
	[IPI_ENTRY_TO_DONE] = "entry to done",
};

/* By name, or by number. */
static bool parse_kind(const char *word, unsigned int *kind)
{
	for (*kind = 0; *kind < NR_IPI; (*kind)++) {
		if (strcmp(word, ipi_name(*kind)) == 0) {
			return true;
		}
	}
	return parse_number(word, 0, NR_IPI - 1, kind);
}

static void print_histogram(const struct ipi_latency *latency)
{
	uint32_t most = 1;

	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		most = latency->bucket[b] > most ? latency->bucket[b] : most;
	}
	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		char bar[BAR_MOST + 1];
		size_t length = ((size_t)latency->bucket[b] * BAR_MOST + most - 1) / most;

		if (latency->bucket[b] != 0) {
			memset(bar, '#', length);
			bar[length] = '\0';
			printk("    below %12lu ns %8lu %s\n", 1UL << b,
			       (unsigned long)latency->bucket[b], bar);
		}
	}
}

/* A row for each CPU that measured any. */
static void print_part(unsigned int kind, enum ipi_latency_part part)
{
	struct ipi_latency sum = {0};

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct ipi_latency one;
		char name[12];

		if (ipi_latency_read(cpu, kind, part, &one) == 0 && one.samples != 0) {
			ipi_latency_merge(&sum, &one);
			snprintf(name, sizeof(name), "%u", cpu);
			table_latency_row(name, part_names[part], &one, "");
		}
	}
	if (sum.samples == 0) {
		printk("   all  %s: no samples\n", part_names[part]);
		return;
	}
	table_latency_row("all", part_names[part], &sum, "");
	print_histogram(&sum);
}

static void run_latency(const char *word)
{
	unsigned int kind;

	if (word == NULL) {
		printk("usage: ipi latency KIND\n");
		return;
	}
	if (!parse_kind(word, &kind)) {
		printk("%s: no kind; the table names them\n", word);
		return;
	}
	unsigned long state = console_lock();

	table_latency_head(ipi_name(kind), "");
	print_part(kind, IPI_SEND_TO_ENTRY);
	print_part(kind, IPI_ENTRY_TO_DONE);
	console_unlock(state);
}

static void run_cpu_rows(const char *word)
{
	unsigned int cpu;

	if (word == NULL) {
		printk("usage: ipi cpu CPU\n");
	} else if (parse_any_cpu(word, &cpu)) {
		table_print_cpu(cpu);
	}
}

static void run_reset(const char *word)
{
	int error;

	if (word != NULL) {
		printk("ipi reset takes no arguments\n");
		return;
	}
	error = table_reset();
	if (error == 0) {
		printk("counters and latencies start over\n");
	} else {
		printk("not every CPU could be reset: error %d\n", error);
	}
}

void run_ipi(char *const argv[MAX_WORDS])
{
	if (argv[1] == NULL) {
		table_print(false);
	} else if (strcmp(argv[1], "latency") == 0) {
		run_latency(argv[2]);
	} else if (strcmp(argv[1], "cpu") == 0) {
		run_cpu_rows(argv[2]);
	} else if (strcmp(argv[1], "reset") == 0) {
		run_reset(argv[2]);
	} else {
		printk("%s: not a word that ipi knows; there are cpu CPU, latency KIND and reset\n",
		       argv[1]);
	}
}
