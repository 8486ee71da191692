/* SPDX-License-Identifier: MIT */
/*
 * The benchmark: what each row of docs/benchmark.md takes on this machine.
 *
 * One CPU, the boot CPU, runs the rows one after the other and prints between them, never while it
 * measures. Each row counts the calls that it made and the functions that ran, and fails when the
 * two differ.
 */
#ifndef KERNEL_BENCH_BENCH_H
#define KERNEL_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/cpumask.h>

#define BENCH_MOST_SAMPLES 20000U

/*
 * Rows in which all CPUs spin take no more. Each that waits spins through its part of the host's
 * time before the one runs that it waits for: with hundreds, minutes go by without one call.
 */
#define BENCH_MOST_SPINNING 64U

struct bench_row;

/* A row while it runs, and what came of it. The boot CPU's. */
struct bench {
	const struct bench_row *row;
	unsigned int target;   /* the CPU that is called, where it is one */
	struct cpumask others; /* the online CPUs without the boot CPU, */
	unsigned int nr_others;
	struct cpumask workers; /* those of the others that row->work is for */

	unsigned int nr;	/* samples taken */
	unsigned int wanted;	/* the row ends after so many, */
	uint64_t limit_ns;	/* or after so long */
	uint64_t operations;	/* that were timed, ... */
	uint64_t span_ns;	/* ... and how long all of them took */
	uint64_t made;		/* functions that were to run elsewhere, warm-up included */
	uint64_t before;	/* bench_executed_sum() when the row began */
	uint64_t executed;	/* functions that ran */
	unsigned int errors;	/* calls that returned one, ... */
	int error;		/* ... and the last */
	const char *wrong;	/* what else went wrong; null: nothing */
	const char *impossible; /* why this machine cannot; null: it can */
};

struct bench_row {
	const char *name;
	/* What the others do, or only the target; null: nothing, they are idle. */
	void (*work)(void);
	/* Before the others begin; may be null. False: the row cannot go on, *bench says why. */
	bool (*prepare)(struct bench *bench);
	/*
	 * One sample on the boot CPU (nanoseconds that all its operations took), and what follows
	 * the last one (may be null). Or, in 'run', all of it, which fills *bench.
	 */
	uint64_t (*sample)(struct bench *bench);
	void (*finish)(struct bench *bench);
	void (*run)(struct bench *bench);
	unsigned int least_cpus;
	unsigned int most_cpus; /* 0: any number */
	unsigned int batch;	/* operations a sample */
	unsigned int pause_ns;	/* before each sample, not part of it */
	bool only_target;
};

/* The tables, each ended by a null name. */
extern const struct bench_row bench_ipi_rows[];
extern const struct bench_row bench_call_rows[];
extern const struct bench_row bench_tlb_rows[];
extern const struct bench_row bench_thread_rows[];
extern const struct bench_row bench_many_rows[];

/* The rows that params asks for. The boot CPU, thread context. */
void bench_all(void);

/* --- measure.c ------------------------------------------------------------------------------- */

/* A function ran here: counts it. Any CPU, interrupts masked; 'info' is not used. */
void bench_executed(void *info);

/* How many ran on one CPU, and on all. Exact when nobody is calling. */
uint64_t bench_executed_on(unsigned int cpu);
uint64_t bench_executed_sum(void);

/* A call for 'targets' functions returned 'error'. */
void bench_called(struct bench *bench, int error, unsigned int targets);

/* One sample of the row's sequence, and the place of the i-th for rows that take their own. */
void bench_sequence(struct bench *bench);
void bench_sample_put(unsigned int i, uint64_t ns);
void bench_sample_move(unsigned int to, unsigned int from);

/* Of the samples taken, after bench_samples_sort(): the smallest that 'percent' do not exceed. */
void bench_samples_sort(unsigned int nr);
uint32_t bench_quantile(unsigned int nr, unsigned int percent);

/* Until the clock says so, interrupts enabled, without sleeping. */
void bench_spin(uint64_t ns);

/* Spins until the count is reached; false after patience_ns(). */
bool bench_spin_until(uint64_t (*count)(unsigned int cpu), unsigned int cpu, uint64_t value);

/* --- workers.c ------------------------------------------------------------------------------- */

/*
 * A thread on each CPU of bench->workers, which stays there, does 'work'. Returns when each has
 * called bench_ready(). False, and bench->wrong says why, when one does not; the others are ended.
 */
bool bench_employ(struct bench *bench, void (*work)(void));

/* The boot CPU: those that wait in bench_ready() go on. */
void bench_go(void);

/* The work's part: is here; waits for bench_go(); whether it is to end; ends it for all. */
void bench_ready(void);
void bench_await_go(void);
bool bench_is_over(void);
void bench_end_all(void);

/* The boot CPU: ends the work, waits until the others are idle. */
void bench_dismiss(struct bench *bench);

/* The boot CPU, before a row: false while a CPU has not ended what an earlier one gave it. */
bool bench_are_free(void);

/* Work: spins, interrupts enabled, until it is over. */
void bench_be_busy(void);

/* --- report.c -------------------------------------------------------------------------------- */

void bench_print_head(const struct bench *bench);
void bench_print_row(const struct bench *bench, const char *skipped, bool good);

#endif
