/* SPDX-License-Identifier: MIT */
#include "kernel/table.h"

#include <stdio.h>

#include <crosscall/cpu.h>
#include <crosscall/latency.h>
#include <crosscall/stats.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/percpu.h"
#include "kernel/result.h"

#define MANY_CPUS 16U

/* ---- since when ---- */

/*
 * The counters have one writer each and never go back. What was there at the last reset is kept
 * beside them, taken by the CPU itself with interrupts masked: so it is of one moment.
 */
static void take_baseline(struct percpu *cpu)
{
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		(void)ipi_stats_read(cpu->cpu, kind, &cpu->baseline.stats[kind]);
	}
	cpu->baseline.unknown = ipi_unknown_count(cpu->cpu);
	cpu->baseline.rings = doorbell()->rings(cpu->cpu);
}

static void take_own_baseline(void *unused)
{
	(void)unused;
	take_baseline(this_cpu());
}

int table_reset(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		if (!cpu_online(cpu)) {
			take_baseline(cpu_data(cpu)); /* it counts nothing */
		}
	}
	int error = on_each_cpu(take_own_baseline, NULL, true);

	ipi_latency_reset(); /* of those calls too */
	return error;
}

static struct ipi_stats since_reset(unsigned int cpu, unsigned int kind)
{
	const struct ipi_stats *from = &cpu_data(cpu)->baseline.stats[kind];
	struct ipi_stats s = {0};

	(void)ipi_stats_read(cpu, kind, &s);
	return (struct ipi_stats){
		.raised = s.raised - from->raised,
		.sent = s.sent - from->sent,
		.coalesced = s.coalesced - from->coalesced,
		.skipped = s.skipped - from->skipped,
		.polled = s.polled - from->polled,
		.failed = s.failed - from->failed,
		.received = s.received - from->received,
		.rescued = s.rescued - from->rescued,
	};
}

static uint64_t rings_since_reset(unsigned int cpu)
{
	return doorbell()->rings(cpu) - cpu_data(cpu)->baseline.rings;
}

/* ---- the counts ---- */

static bool all_zero(const struct ipi_stats *s)
{
	return (s->raised | s->sent | s->coalesced | s->skipped | s->polled | s->failed |
		s->received | s->rescued) == 0;
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
	sum->rescued += s->rescued;
}

static void print_row(const char *cpu, unsigned int kind, const struct ipi_stats *s)
{
	printk("%6s  %-15s %8lu %8lu %9lu %8lu %8lu %8lu %8lu %8lu\n", cpu, ipi_name(kind),
	       (unsigned long)s->raised, (unsigned long)s->sent, (unsigned long)s->coalesced,
	       (unsigned long)s->skipped, (unsigned long)s->polled, (unsigned long)s->failed,
	       (unsigned long)s->received, (unsigned long)s->rescued);
}

static void print_head(void)
{
	printk("\n%6s  %-15s %8s %8s %9s %8s %8s %8s %8s %8s\n", "cpu", "kind", "raised", "sent",
	       "coalesced", "skipped", "polled", "failed", "received", "rescued");
}

static void print_cpu_row(unsigned int cpu, unsigned int kind, const struct ipi_stats *s)
{
	char name[12];

	snprintf(name, sizeof(name), "%u", cpu);
	print_row(name, kind, s);
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
		struct ipi_stats s = since_reset(cpu, kind);

		if (all_zero(&s)) {
			continue;
		}
		check_row(cpu, kind, &s);
		add(sum, &s);
		if (!brief) {
			print_cpu_row(cpu, kind, &s);
		}
	}
}

/* ---- how long they took ---- */

static void sum_up(unsigned int kind, enum ipi_latency_part part, struct ipi_latency *sum)
{
	*sum = (struct ipi_latency){0};
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct ipi_latency one;

		if (ipi_latency_read(cpu, kind, part, &one) == 0) {
			ipi_latency_merge(sum, &one);
		}
	}
}

/* Microseconds, with one place. */
static void put_us(char *text, size_t size, uint64_t ns)
{
	snprintf(text, size, "%lu.%lu", (unsigned long)(ns / 1000),
		 (unsigned long)(ns % 1000 / 100));
}

void table_latency_head(const char *what, const char *failed)
{
	printk("\n%6s  %-15s %8s %10s %10s %10s %10s%s\n", "cpu", what, "samples", "least us",
	       "median us", "p99 us", "most us", failed);
}

void table_latency_row(const char *cpu, const char *what, const struct ipi_latency *l,
		       const char *failed)
{
	char text[4][24];

	put_us(text[0], sizeof(text[0]), l->min);
	put_us(text[1], sizeof(text[1]), l->median);
	put_us(text[2], sizeof(text[2]), l->p99);
	put_us(text[3], sizeof(text[3]), l->max);
	printk("%6s  %-15s %8lu %10s %10s %10s %10s%s\n", cpu, what, (unsigned long)l->samples,
	       text[0], text[1], text[2], text[3], failed);
}

/* Of what was raised, how much failed. */
static void put_rate(char *text, size_t size, const struct ipi_stats *s)
{
	uint64_t parts = s->raised == 0 ? 0 : s->failed * 10000 / s->raised;

	snprintf(text, size, " %5lu.%02lu %%", (unsigned long)(parts / 100),
		 (unsigned long)(parts % 100));
}

static void latency_row(const char *cpu, unsigned int kind, const struct ipi_latency *latency,
			const struct ipi_stats *stats)
{
	char rate[32];

	put_rate(rate, sizeof(rate), stats);
	if (latency->samples != 0 || stats->failed != 0) {
		table_latency_row(cpu, ipi_name(kind), latency, rate);
	}
}

static void print_latencies(const struct ipi_stats sums[NR_IPI])
{
	table_latency_head("send to entry", "   failed");
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		struct ipi_latency sum;

		sum_up(kind, IPI_SEND_TO_ENTRY, &sum);
		latency_row("all", kind, &sum, &sums[kind]);
	}
}

void table_print_cpu(unsigned int cpu)
{
	unsigned long state = console_lock();
	char name[12];

	snprintf(name, sizeof(name), "%u", cpu);
	print_head();
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		struct ipi_stats s = since_reset(cpu, kind);

		if (!all_zero(&s)) {
			print_row(name, kind, &s);
		}
	}
	table_latency_head("send to entry", "   failed");
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		struct ipi_stats s = since_reset(cpu, kind);
		struct ipi_latency latency;

		if (ipi_latency_read(cpu, kind, IPI_SEND_TO_ENTRY, &latency) == 0) {
			latency_row(name, kind, &latency, &s);
		}
	}
	console_unlock(state);
}

/* ---- the doorbell ---- */

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
		uint64_t rings = rings_since_reset(cpu);

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
			       (unsigned long)rings_since_reset(cpu));
		}
	}
}

static void print_unknown(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		uint64_t unknown = ipi_unknown_count(cpu) - cpu_data(cpu)->baseline.unknown;

		if (unknown > 0) {
			printk("cpu %u received %lu IPIs of no known kind\n", cpu,
			       (unsigned long)unknown);
		}
	}
}

void table_print(bool brief)
{
	unsigned long state = console_lock();
	struct ipi_stats sums[NR_IPI] = {0};

	brief = brief && num_online_cpus() > MANY_CPUS;
	print_head();
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		kind_rows(kind, brief, &sums[kind]);
		if (!all_zero(&sums[kind])) {
			print_row("all", kind, &sums[kind]);
		}
	}
	if (!brief) {
		print_rings_by_cpu();
	}
	print_latencies(sums);
	print_rings();
	print_unknown();
	console_unlock(state);
}
