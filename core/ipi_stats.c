/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/stats.h>

#include "core/counter.h"
#include "core/smp.h"

/* One CPU's counters, which no other CPU writes. */
struct ipi_stats_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) counter_t count[NR_IPI][NR_IPI_STATS];
	counter_t unknown;
};

static struct ipi_stats_cpu stats_cpu[CROSSCALL_NR_CPUS];

void ipi_stats_init(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		for (unsigned int i = 0; i < NR_IPI * NR_IPI_STATS; i++) {
			/* relaxed: no CPU is online */
			atomic_store_explicit(
				&stats_cpu[cpu].count[i / NR_IPI_STATS][i % NR_IPI_STATS], 0,
				memory_order_relaxed);
		}
		atomic_store_explicit(&stats_cpu[cpu].unknown, 0, memory_order_relaxed);
	}
}

void ipi_stats_add(unsigned int ipinr, enum ipi_stat stat, unsigned int nr)
{
	counter_add(&stats_cpu[port_smp_processor_id()].count[ipinr][stat], nr);
}

void ipi_stats_raised(unsigned int ipinr, enum ipi_stat stat)
{
	counter_t *count = stats_cpu[port_smp_processor_id()].count[ipinr];

	counter_add(&count[IPI_RAISED], 1);
	counter_add(&count[stat], 1);
}

void ipi_stats_add_unknown(void)
{
	counter_add(&stats_cpu[port_smp_processor_id()].unknown, 1);
}

void ipi_rescued(unsigned int ipinr)
{
	unsigned long state = port_local_irq_save();

	ipi_stats_add(ipinr, IPI_RESCUED, 1);
	port_local_irq_restore(state);
}

int ipi_stats_read(unsigned int cpu, unsigned int ipinr, struct ipi_stats *stats)
{
	if (cpu >= nr_cpu_ids() || ipinr >= NR_IPI || stats == NULL) {
		return -EINVAL;
	}
	const counter_t *count = stats_cpu[cpu].count[ipinr];

	*stats = (struct ipi_stats){
		.raised = counter_read(&count[IPI_RAISED]),
		.sent = counter_read(&count[IPI_SENT]),
		.coalesced = counter_read(&count[IPI_COALESCED]),
		.skipped = counter_read(&count[IPI_SKIPPED]),
		.polled = counter_read(&count[IPI_POLLED]),
		.failed = counter_read(&count[IPI_FAILED]),
		.received = counter_read(&count[IPI_RECEIVED]),
		.rescued = counter_read(&count[IPI_RESCUED]),
	};
	return 0;
}

uint64_t ipi_unknown_count(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS ? counter_read(&stats_cpu[cpu].unknown) : 0;
}
