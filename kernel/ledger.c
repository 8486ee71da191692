/* SPDX-License-Identifier: MIT */
#include "kernel/ledger.h"

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/params.h"
#include "kernel/result.h"

#define SETTLE_NS 50000000ULL
#define NAMED_AT_MOST 8U

/* The kinds that the self-check sends: all that count somewhere. */
static const unsigned int kinds[] = {
	IPI_RESCHEDULE, IPI_CALL_FUNC, IPI_CPU_STOP,	  IPI_TIMER, IPI_IRQ_WORK,
	IPI_WAKEUP,	IPI_TLB_FLUSH, IPI_CPU_BACKTRACE, IPI_PING,  IPI_REGISTERED,
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static percpu_count_t calls[CROSSCALL_NR_CPUS];
static uint64_t expected[CROSSCALL_NR_CPUS][NR_IPI];
static struct cpumask targets[NR_IPI];
static unsigned int named;

void ledger_call(void *unused)
{
	(void)unused;
	percpu_count(&calls[this_cpu()->cpu]);
}

/* The library's own kinds have no handler of the kernel's: the library counts them. */
static uint64_t received(unsigned int cpu, unsigned int kind)
{
	struct ipi_stats stats = {0};

	(void)ipi_stats_read(cpu, kind, &stats);
	return stats.received;
}

static uint64_t seen(unsigned int cpu, unsigned int kind)
{
	switch (kind) {
	case IPI_CALL_FUNC:
		return percpu_read(&calls[cpu]);
	case IPI_CPU_STOP:
	case IPI_WAKEUP:
	case IPI_TLB_FLUSH:
		return received(cpu, kind);
	default:
		return percpu_read(&cpu_data(cpu)->heard[kind]);
	}
}

static void forget_round(void)
{
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		cpumask_clear(&targets[kinds[k]]);
	}
}

void ledger_open(void)
{
	forget_round();
	named = 0;
	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		for (unsigned int k = 0; k < NR_KINDS; k++) {
			expected[cpu][kinds[k]] = seen(cpu, kinds[k]);
		}
	}
}

void ledger_expect(unsigned int cpu, unsigned int kind)
{
	expected[cpu][kind]++;
	cpumask_set_cpu(cpu, &targets[kind]);
}

static bool all_came(void *arg)
{
	(void)arg;
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		unsigned int cpu;

		for_each_cpu(cpu, &targets[kinds[k]]) {
			if (seen(cpu, kinds[k]) < expected[cpu][kinds[k]]) {
				return false;
			}
		}
	}
	return true;
}

static void name_it(const char *what, unsigned int kind, unsigned int cpu, unsigned int sender)
{
	if (named++ < NAMED_AT_MOST) {
		printk("FAILED: cpu %u: %s %s, sent by cpu %u\n", cpu, what, ipi_name(kind),
		       sender);
	}
}

static void classify(struct verdict *v, unsigned int cpu, unsigned int kind, unsigned int sender)
{
	uint64_t came = seen(cpu, kind);
	uint64_t want = expected[cpu][kind];

	if (came < want) {
		v->missing += want - came;
		name_it("missing", kind, cpu, sender);
	} else if (came > want && cpumask_test_cpu(cpu, &targets[kind])) {
		v->extra += came - want;
		name_it("extra", kind, cpu, sender);
	} else if (came > want) {
		v->unexpected += came - want;
		name_it("unexpected", kind, cpu, sender);
	}
	expected[cpu][kind] = came;
}

static unsigned long failures(const struct verdict *v)
{
	return v->missing + v->extra + v->unexpected + v->errors;
}

void ledger_settle(struct verdict *verdict, unsigned int sender)
{
	wait_until(all_came, NULL, patience_ns());
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		verdict->expected += cpumask_weight(&targets[kinds[k]]);
		for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
			classify(verdict, cpu, kinds[k], sender);
		}
	}
	forget_round();
	if (params.fail_fast && failures(verdict) != 0) {
		verdict_print(verdict);
	}
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void ledger_close(struct verdict *verdict)
{
	wait_until(never, NULL, SETTLE_NS);
	ledger_settle(verdict, this_cpu()->cpu);
}

void verdict_print(const struct verdict *v)
{
	printk("  %-24s %7lu pairs: expected %lu, missing %lu, extra %lu, unexpected %lu\n",
	       v->what, v->pairs, v->expected, v->missing, v->extra, v->unexpected);
	if (v->errors > 0) {
		printk("FAILED: %s: %lu sends returned an error\n", v->what, v->errors);
	}
	result_add(v->pairs, failures(v));
}
