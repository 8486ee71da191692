/* SPDX-License-Identifier: MIT */
/*
 * What happened to every IPI. On the sender's side, per sending CPU and kind, one count a target:
 *
 *	raised == sent + coalesced + skipped + polled + failed
 *
 * Each counter has a single writer, its own CPU, which may be interrupted by an NMI-like interrupt
 * that counts too: an update is one relaxed atomic addition to a line that no other CPU writes.
 */
#ifndef CROSSCALL_STATS_H
#define CROSSCALL_STATS_H

#include <stdint.h>

struct ipi_stats {
	uint64_t raised;    /* somebody wanted this kind on a CPU */
	uint64_t sent;	    /* its doorbell was rung */
	uint64_t coalesced; /* it was on its way to look already, or has the kind masked */
	uint64_t skipped;   /* needless: queue not empty, flag set, or this CPU itself */
	uint64_t polled;    /* it was looking, and needed no ring: idle.h */
	uint64_t failed;    /* it could not be rung */
	uint64_t received;  /* this CPU took the kind */
	uint64_t rescued;   /* calls from here that ran only after a second ring: see stall.h */
};

/*
 * Copies the counters of one CPU and kind. A snapshot: exact once the CPU is quiet. Any context.
 * Returns 0; -EINVAL for a null pointer, a CPU number past nr_cpu_ids() or a kind past NR_IPI.
 */
int ipi_stats_read(unsigned int cpu, unsigned int ipinr, struct ipi_stats *stats);

/* How many IPIs with a number that has no handler reached 'cpu'. Any context. */
uint64_t ipi_unknown_count(unsigned int cpu);

#endif
