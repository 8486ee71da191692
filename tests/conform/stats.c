/* SPDX-License-Identifier: MIT */
/* The counters after all that went before: every IPI that was raised is accounted for. */
#include "tests/conform/suite.h"

static void check_equation(unsigned int cpu, unsigned int kind)
{
	struct ipi_stats s = {0};

	check_ret(ipi_stats_read(cpu, kind, &s), 0, "ipi_stats_read()");
	check_eq(s.sent + s.coalesced + s.skipped + s.polled + s.failed, s.raised,
		 "raised == sent + coalesced + skipped + polled + failed");
}

static void test_equation(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		for (unsigned int kind = 0; kind < NR_IPI; kind++) {
			check_equation(cpu, kind);
		}
	}
}

/* The NMI-like kinds of a mux have interrupts of their own. */
static unsigned int irq_of(unsigned int kind)
{
	const struct doorbell *doorbell = machine->doorbell;
	unsigned int irq = doorbell->nmi_irq;

	if (irq == 0 || (IPI_NMI_KINDS >> kind & 1) == 0) {
		return doorbell->base_irq + kind;
	}
	for (unsigned int other = 0; other < kind; other++) {
		irq += IPI_NMI_KINDS >> other & 1;
	}
	return irq;
}

static void test_received(void)
{
	unsigned int kind;

	for (unsigned int i = 0; i < nr_cpus; i++) {
		for_each_kind(kind) {
			struct ipi_stats s = {0};

			check_ret(ipi_stats_read(cpus[i], kind, &s), 0, "ipi_stats_read()");
			check_eq(s.received, seen[cpus[i]][kind],
				 "received, and seen by the handler");
			check_eq(irq_count(irq_of(kind), cpus[i]), s.received,
				 "irq_count(), and received");
		}
		check_eq(irq_unexpected_count(cpus[i]), 0, "interrupts that nobody asked for");
	}
}

const struct conform_test conform_stats_tests[] = {
	{"stats: raised == sent + coalesced + skipped + polled + failed", test_equation, 1},
	{"stats: received is what the handlers saw", test_received, 1},
	{NULL, NULL, 0},
};
