/* SPDX-License-Identifier: MIT */
/*
 * How long IPIs take: from the send to the handler's entry, and from there to its return, for
 * each CPU and kind, as histograms with a bucket for each power of two nanoseconds.
 *
 * Off until ipi_latency_enable(). Off, a send and an entry cost one load and a branch each. On, a
 * send costs for each target a load and (if no earlier send of the kind is under way to it) a clock
 * reading and a store to a line of the target's; an entry costs two clock readings, and two
 * updates of the CPU's own lines, which no other CPU writes. Sends that meet an earlier one on
 * its way count as part of that one: the oldest is measured.
 */
#ifndef CROSSCALL_LATENCY_H
#define CROSSCALL_LATENCY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/config.h>
#include <crosscall/ipi.h>

#define IPI_LATENCY_BUCKETS 36

enum ipi_latency_part {
	IPI_SEND_TO_ENTRY,
	IPI_ENTRY_TO_DONE,
	NR_IPI_LATENCY_PARTS,
};

/* One CPU's, part of the memory given to crosscall_init(). The fields are the library's. */
struct ipi_latency_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic unsigned long sent_at[NR_IPI];
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t
		bucket[NR_IPI][NR_IPI_LATENCY_PARTS][IPI_LATENCY_BUCKETS];
	_Atomic unsigned long min[NR_IPI][NR_IPI_LATENCY_PARTS];
	_Atomic unsigned long max[NR_IPI][NR_IPI_LATENCY_PARTS];
};

/*
 * Nanoseconds. min and max are exact; median and p99 are the upper ends of their buckets, at most
 * 'max'.
 */
struct ipi_latency {
	uint64_t samples;
	uint64_t min;
	uint64_t median;
	uint64_t p99;
	uint64_t max;
	/* [0]: below 1 ns; [b]: 2^(b-1) to 2^b - 1 ns; the last: all above */
	uint32_t bucket[IPI_LATENCY_BUCKETS];
};

/* Switches measuring on or off. Sends under way are left out or counted. Any context. */
void ipi_latency_enable(bool on);

/*
 * What one CPU measured of one kind. A snapshot. Any context.
 * Returns 0; -EINVAL for a null pointer, a CPU past nr_cpu_ids(), a kind past NR_IPI, or a part
 * that is none.
 */
int ipi_latency_read(unsigned int cpu, unsigned int ipinr, enum ipi_latency_part part,
		     struct ipi_latency *latency);

/* Adds 'from' to 'into', as if one CPU had measured both. */
void ipi_latency_merge(struct ipi_latency *into, const struct ipi_latency *from);

/* Starts over. An entry that a CPU is just counting may survive. Any context. */
void ipi_latency_reset(void);

#endif
