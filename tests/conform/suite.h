/* SPDX-License-Identifier: MIT */
/*
 * What the files of the suite share. Unless said otherwise, functions are for thread context.
 *
 * Oracles count and compare: a test states what it expects, and check_eq() records what came. Every
 * wait is bounded: what takes longer than the limit ends the suite with "Bail out!".
 */
#ifndef TESTS_CONFORM_SUITE_H
#define TESTS_CONFORM_SUITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/crosscall.h>

#include "tests/conform/conform.h"

struct conform_test {
	const char *name;
	void (*run)(void);
	unsigned int min_cpus;
};

/* Each file's tests; a null name ends the list. */
extern const struct conform_test conform_ipi_tests[];
extern const struct conform_test conform_mux_tests[];
extern const struct conform_test conform_resched_tests[];
extern const struct conform_test conform_idle_tests[];
extern const struct conform_test conform_idle_race_tests[];
extern const struct conform_test conform_single_tests[];
extern const struct conform_test conform_async_tests[];
extern const struct conform_test conform_many_tests[];
extern const struct conform_test conform_order_tests[];
extern const struct conform_test conform_load_tests[];
extern const struct conform_test conform_offline_tests[];
extern const struct conform_test conform_error_tests[];
extern const struct conform_test conform_misuse_tests[];
extern const struct conform_test conform_refuse_tests[];
extern const struct conform_test conform_deadline_tests[];
extern const struct conform_test conform_poll_tests[];
extern const struct conform_test conform_irq_work_tests[];
extern const struct conform_test conform_parking_tests[];
extern const struct conform_test conform_tlb_tests[];
extern const struct conform_test conform_kinds_tests[];
extern const struct conform_test conform_torture_tests[];
extern const struct conform_test conform_stats_tests[];
extern const struct conform_test conform_stop_tests[];
extern const struct conform_test conform_crash_tests[];
extern const struct conform_test conform_wait_tests[];

/* The machine and its options, for the length of conform_run(). */
extern const struct conform_machine *machine;
extern struct conform_options options;

/* ---- checks: any context, any CPU ---- */

/* Records a failure of the running test unless 'ok'; returns 'ok'. */
bool check(bool ok, const char *what);
bool check_eq(uint64_t got, uint64_t expected, const char *what);

/* For return values. */
bool check_ret(int got, int expected, const char *what);

/* The running test does not apply to this machine; the reason must stay valid. */
void skip(const char *why);

/* ---- CPUs ---- */

/*
 * The CPUs that were online when the suite began, as a list. cpus[0] is the coordinator. No size: a
 * test that names cpus[1] does not run where there is one CPU only, but is compiled there.
 */
extern unsigned int cpus[];
extern unsigned int nr_cpus;
extern struct cpumask cpu_set;

#define COORDINATOR (cpus[0])

/* Starts fn(arg) on a CPU in thread context; on the coordinator itself it runs at once. */
void start_on(unsigned int cpu, void (*fn)(void *), void *arg);

/* Waits until what was started there has returned. */
void finish_on(unsigned int cpu);

/* Both. */
void run_on(unsigned int cpu, void (*fn)(void *), void *arg);

/* Starts fn(arg) on every CPU, runs it on the coordinator too, and waits for all. */
void run_on_all(void (*fn)(void *), void *arg);

/* Fetches a CPU that was stopped from its mailbox, and waits until it is online. */
void restart(unsigned int cpu);

/*
 * Each CPU that is online has been in thread context since: handlers that had begun have ended. One
 * that counts what a test waits for may still have more to do when the test goes on.
 */
void meet(void);

/*
 * How many targets each CPU tries where every pair would do on a small machine: all up to 16
 * CPUs, then fewer, so that the number of pairs stays about the same.
 */
unsigned int nr_targets(void);

/*
 * Idle workers poll now and then, and need no doorbell while they do: idle.h. no_polling() is for
 * the rest of a test in which each send has to ring. After it no worker polls.
 */
void no_polling(void);
void allow_polling(void); /* every test begins with it */

/* Makes a worker mask its interrupts and hold them so; lets it go. Not the coordinator. */
void hold(unsigned int cpu);
void unhold(unsigned int cpu);

/* The first half of unhold(), from any CPU: it does not wait. */
void let_unmask(unsigned int cpu);

/* ---- waiting ---- */

/* Waits until *counter is at least 'value'. */
void wait_for(const _Atomic uint64_t *counter, uint64_t value, const char *what);

/* One turn of a polling loop of the suite's own; bails out past the limit. 'what' is waited for. */
void poll_turn(const char *what);

/* Begins the limit anew: progress was made. Any context. */
void progress(void);

/* Long enough that what must not come would have come. */
void settle(void);

/* Keeps this CPU busy. Any context. */
void burn_us(unsigned int us);

/* ---- oracles ---- */

/* How often each kind was seen by each CPU: conform_note_ipi() counts. */
extern _Atomic uint64_t seen[CROSSCALL_NR_CPUS][NR_IPI];

/* The kinds of machine->kinds, as a loop. */
unsigned int next_kind(unsigned int from);
#define for_each_kind(kind)                                                                        \
	for ((kind) = next_kind(0); (kind) < NR_IPI; (kind) = next_kind((kind) + 1))

/* A ledger of what is to come. open_ledger() forgets the past; close_ledger() settles and compares.
 */
void open_ledger(void);
void expect_ipi(unsigned int cpu, unsigned int kind);
/* Waits until the CPU has seen as many of the kind as expected so far. */
void await_ipi(unsigned int cpu, unsigned int kind);
void close_ledger(void);

/* At the beginning: what the CPUs received before the suite counts as seen. */
void oracle_init(void);

/* Lines that ipi_ops.report was given so far. */
extern _Atomic uint64_t reports;

/* A function for cross-calls that counts. info is a struct tally. */
struct tally {
	_Atomic uint64_t ran[CROSSCALL_NR_CPUS];
	_Atomic uint64_t total;
	unsigned int caller; /* runs there are local: not in interrupt context */
};
void tally_init(struct tally *tally, unsigned int caller);
void tally_func(void *info);
/* Compares: 'each' runs on each CPU of *mask, none elsewhere. */
void tally_check(const struct tally *tally, const struct cpumask *mask, uint64_t each);

/* True when interrupts are masked here. Any context. */
bool irqs_masked(void);

/* Random numbers from the seed: each state is one caller's own. */
uint64_t random_next(uint64_t *state);
uint64_t random_seed(unsigned int stream);
void random_mask(struct cpumask *mask, uint64_t *state);

/* ---- suite.c and report.c between them ---- */

/* Prints through the machine. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void bail_out(const char *what);
void workers_init(void);
void workers_end(void);

#endif
