/* SPDX-License-Identifier: MIT */
/*
 * Invariant: a stamp is counted at most once, and a bucket loses no sample of its own CPU.
 *
 * Writers: the buckets, min and max of a CPU are its own, with interrupts masked, but for
 * ipi_latency_reset(). 'sent_at' is set by any sender that finds it zero, and taken by the CPU.
 * 'enabled' is anybody's.
 *
 *  1. The CPU takes a stamp by an exchange with zero: the next entry finds none, or a newer one.
 *  2. Senders look, then store: a race between two keeps either stamp, and both sends are answered
 *     by the entry that follows. One that stores after that entry's exchange leaves its stamp to
 *     the next entry, which then shows too long a time: a figure, not a fault.
 *  3. All is relaxed: figures order nothing, and a reader may see a sample in part (its bucket and
 *     not yet its maximum).
 */
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/latency.h>
#include <crosscall/port.h>

#include "core/smp.h"

static struct ipi_latency_cpu *latency_cpu;
static unsigned int latency_nr;
static _Atomic uint32_t enabled;

static bool is_enabled(void)
{
	return atomic_load_explicit(&enabled, memory_order_relaxed) != 0;
}

void latency_init(unsigned int nr_cpus, void *memory)
{
	latency_cpu = memory;
	latency_nr = nr_cpus;
	ipi_latency_enable(false);
	ipi_latency_reset();
}

static void forget_stamps_of(unsigned int cpu)
{
	for (unsigned int ipinr = 0; ipinr < NR_IPI; ipinr++) {
		atomic_store_explicit(&latency_cpu[cpu].sent_at[ipinr], 0, memory_order_relaxed);
	}
}

static void forget_stamps(void)
{
	for (unsigned int cpu = 0; cpu < latency_nr; cpu++) {
		forget_stamps_of(cpu);
	}
}

void latency_forget(void)
{
	forget_stamps_of(port_smp_processor_id());
}

void ipi_latency_enable(bool on)
{
	if (on && !is_enabled()) {
		forget_stamps(); /* of sends before the pause */
	}
	atomic_store_explicit(&enabled, on, memory_order_relaxed);
}

static void reset_part(struct ipi_latency_cpu *cpu, unsigned int ipinr, unsigned int part)
{
	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		atomic_store_explicit(&cpu->bucket[ipinr][part][b], 0, memory_order_relaxed);
	}
	atomic_store_explicit(&cpu->min[ipinr][part], ~0UL, memory_order_relaxed);
	atomic_store_explicit(&cpu->max[ipinr][part], 0, memory_order_relaxed);
}

void ipi_latency_reset(void)
{
	forget_stamps();
	for (unsigned int cpu = 0; cpu < latency_nr; cpu++) {
		for (unsigned int ipinr = 0; ipinr < NR_IPI; ipinr++) {
			reset_part(&latency_cpu[cpu], ipinr, IPI_SEND_TO_ENTRY);
			reset_part(&latency_cpu[cpu], ipinr, IPI_ENTRY_TO_DONE);
		}
	}
}

/* Never 0, which means "no stamp". */
static unsigned long stamp(void)
{
	unsigned long now = (unsigned long)port_clock_ns();

	return now != 0 ? now : 1;
}

static unsigned int bucket_of(unsigned long ns)
{
	unsigned int bucket = 0;

	while (ns != 0 && bucket < IPI_LATENCY_BUCKETS - 1) {
		ns >>= 1;
		bucket++;
	}
	return bucket;
}

static void record(unsigned int ipinr, enum ipi_latency_part part, unsigned long ns)
{
	struct ipi_latency_cpu *here = &latency_cpu[port_smp_processor_id()];
	_Atomic uint32_t *bucket = &here->bucket[ipinr][part][bucket_of(ns)];
	uint32_t old = atomic_load_explicit(bucket, memory_order_relaxed);

	atomic_store_explicit(bucket, old + 1, memory_order_relaxed);
	if (ns < atomic_load_explicit(&here->min[ipinr][part], memory_order_relaxed)) {
		atomic_store_explicit(&here->min[ipinr][part], ns, memory_order_relaxed);
	}
	if (ns > atomic_load_explicit(&here->max[ipinr][part], memory_order_relaxed)) {
		atomic_store_explicit(&here->max[ipinr][part], ns, memory_order_relaxed);
	}
}

/* Apart, so that a send that is not measured pays for no more than the look. */
static __attribute__((noinline)) void stamp_send(unsigned int cpu, unsigned int ipinr)
{
	_Atomic unsigned long *sent_at = &latency_cpu[cpu].sent_at[ipinr];

	if (atomic_load_explicit(sent_at, memory_order_relaxed) == 0) {
		atomic_store_explicit(sent_at, stamp(), memory_order_relaxed);
	}
}

void latency_send(unsigned int cpu, unsigned int ipinr)
{
	if (is_enabled()) {
		stamp_send(cpu, ipinr);
	}
}

static __attribute__((noinline)) uint64_t stamp_entry(unsigned int ipinr)
{
	unsigned int cpu = port_smp_processor_id();
	unsigned long now = stamp();
	unsigned long sent =
		atomic_exchange_explicit(&latency_cpu[cpu].sent_at[ipinr], 0, memory_order_relaxed);

	if (sent != 0) {
		/* Clocks of two CPUs may differ by a tick. */
		record(ipinr, IPI_SEND_TO_ENTRY, now > sent ? now - sent : 0);
	}
	return now;
}

uint64_t latency_entry(unsigned int ipinr)
{
	return is_enabled() ? stamp_entry(ipinr) : 0;
}

void latency_done(unsigned int ipinr, uint64_t entry)
{
	record(ipinr, IPI_ENTRY_TO_DONE, stamp() - (unsigned long)entry);
}

/* The upper end of the bucket that holds sample number 'rank' (from 1), at most the maximum. */
static uint64_t quantile(const struct ipi_latency *latency, uint64_t rank)
{
	uint64_t seen = 0;

	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS - 1; b++) {
		seen += latency->bucket[b];
		if (seen >= rank) {
			uint64_t end = (UINT64_C(1) << b) - 1;

			return end < latency->max ? end : latency->max;
		}
	}
	return latency->max;
}

static void summarise(struct ipi_latency *latency)
{
	latency->samples = 0;
	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		latency->samples += latency->bucket[b];
	}
	if (latency->samples == 0) {
		latency->min = 0;
	}
	latency->median = quantile(latency, (latency->samples + 1) / 2);
	latency->p99 = quantile(latency, latency->samples - latency->samples / 100);
}

int ipi_latency_read(unsigned int cpu, unsigned int ipinr, enum ipi_latency_part part,
		     struct ipi_latency *latency)
{
	if (latency == NULL || cpu >= latency_nr || ipinr >= NR_IPI ||
	    (unsigned int)part >= NR_IPI_LATENCY_PARTS) {
		return -EINVAL;
	}
	const struct ipi_latency_cpu *from = &latency_cpu[cpu];

	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		latency->bucket[b] =
			atomic_load_explicit(&from->bucket[ipinr][part][b], memory_order_relaxed);
	}
	latency->min = atomic_load_explicit(&from->min[ipinr][part], memory_order_relaxed);
	latency->max = atomic_load_explicit(&from->max[ipinr][part], memory_order_relaxed);
	summarise(latency);
	return 0;
}

void ipi_latency_merge(struct ipi_latency *into, const struct ipi_latency *from)
{
	if (from->samples != 0 && (into->samples == 0 || from->min < into->min)) {
		into->min = from->min;
	}
	if (from->max > into->max) {
		into->max = from->max;
	}
	for (unsigned int b = 0; b < IPI_LATENCY_BUCKETS; b++) {
		into->bucket[b] += from->bucket[b];
	}
	summarise(into);
}
