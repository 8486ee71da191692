/* SPDX-License-Identifier: MIT */
#include "kernel/table.h"

#include <stdio.h>

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/result.h"

#define MANY_CPUS 16U

static bool all_zero(const struct ipi_stats *s)
{
	return (s->raised | s->sent | s->coalesced | s->skipped | s->polled | s->failed |
		s->received) == 0;
}

static void add(struct ipi_stats *sum, const struct ipi_stats *s)
{
	sum->raised += s->raised;
	sum->sent += s->sent;
	sum->coalesced += s->coalesced;
	sum->skipped += s->skipped;
	sum->polled += s->polled;
	sum->failed += s->failed;
	sum->received += s->received;
}

static void print_row(const char *cpu, unsigned int kind, const struct ipi_stats *s)
{
	printk("%6s  %-15s %9lu %9lu %9lu %9lu %9lu %9lu %9lu\n", cpu, ipi_name(kind),
	       (unsigned long)s->raised, (unsigned long)s->sent, (unsigned long)s->coalesced,
	       (unsigned long)s->skipped, (unsigned long)s->polled, (unsigned long)s->failed,
	       (unsigned long)s->received);
}

static void print_head(void)
{
	printk("\n%6s  %-15s %9s %9s %9s %9s %9s %9s %9s\n", "cpu", "kind", "raised", "sent",
	       "coalesced", "skipped", "polled", "failed", "received");
}

/*
 * The other side of each send shows on another CPU, so only the sender's side can be checked by
 * CPU.
 */
static void check_row(unsigned int cpu, unsigned int kind, const struct ipi_stats *s)
{
	result_check(s->raised == s->sent + s->coalesced + s->skipped + s->polled + s->failed,
		     "cpu %u, %s: raised is not sent + coalesced + skipped + polled + failed", cpu,
		     ipi_name(kind));
}

static void kind_rows(unsigned int kind, bool brief, struct ipi_stats *sum)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct ipi_stats s;
		char name[12];

		if (ipi_stats_read(cpu, kind, &s) != 0 || all_zero(&s)) {
			continue;
		}
		check_row(cpu, kind, &s);
		add(sum, &s);
		if (!brief) {
			snprintf(name, sizeof(name), "%u", cpu);
			print_row(name, kind, &s);
		}
	}
}

/* The CPU with the most or the fewest of something. */
struct extreme {
	unsigned int cpu;
	uint64_t value;
};

static void print_rings(void)
{
	struct extreme least = {0, UINT64_MAX};
	struct extreme most = {0, 0};
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		uint64_t rings = doorbell()->rings(cpu);

		if (!cpu_online(cpu)) {
			continue;
		}
		sum += rings;
		if (rings < least.value) {
			least = (struct extreme){cpu, rings};
		}
		if (rings >= most.value) {
			most = (struct extreme){cpu, rings};
		}
	}
	printk("%s was rung %lu times: most by cpu %u (%lu), least by cpu %u (%lu)\n",
	       doorbell()->name, (unsigned long)sum, most.cpu, (unsigned long)most.value, least.cpu,
	       (unsigned long)least.value);
}

static void print_rings_by_cpu(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		if (cpu_online(cpu)) {
			printk("%6u  %s rings %lu\n", cpu, doorbell()->name,
			       (unsigned long)doorbell()->rings(cpu));
		}
	}
}

static void print_unknown(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		uint64_t unknown = ipi_unknown_count(cpu);

		if (unknown > 0) {
			printk("cpu %u received %lu IPIs of no known kind\n", cpu,
			       (unsigned long)unknown);
		}
	}
}

void table_print(bool brief)
{
	unsigned long state = console_lock();

	brief = brief && num_online_cpus() > MANY_CPUS;
	print_head();
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		struct ipi_stats sum = {0};

		kind_rows(kind, brief, &sum);
		if (!all_zero(&sum)) {
			print_row("all", kind, &sum);
		}
	}
	if (!brief) {
		print_rings_by_cpu();
	}
	print_rings();
	print_unknown();
	console_unlock(state);
}
