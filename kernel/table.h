/* SPDX-License-Identifier: MIT */
/* What happened to every IPI, as a table like /proc/interrupts, and how long it took. */
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include <stdbool.h>

#include <crosscall/latency.h>

/*
 * A row for each CPU and kind that is not all zero, then sums; then a row for each kind with how
 * long it took and what share failed. With 'brief' and many CPUs only sums and extremes. Checks
 * that the counters of every CPU and kind add up.
 */
void table_print(bool brief);

/* The rows of one CPU. */
void table_print_cpu(unsigned int cpu);

/*
 * From here on the tables count from zero: each CPU notes its counters, and the histograms start
 * over. Thread context, interrupts enabled. Returns as on_each_cpu().
 */
int table_reset(void);

/* The parts of the latency table; 'failed' ends the line, and may be "". Console locked. */
void table_latency_head(const char *what, const char *failed);
void table_latency_row(const char *cpu, const char *what, const struct ipi_latency *latency,
		       const char *failed);

#endif
