/* SPDX-License-Identifier: MIT */
/* Runs the tests one after the other and reports in the Test Anything Protocol. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/conform/suite.h"

static const struct conform_test *const files[] = {
	conform_ipi_tests,    conform_mux_tests,       conform_resched_tests,
	conform_idle_tests,   conform_idle_race_tests, conform_single_tests,
	conform_async_tests,  conform_many_tests,      conform_order_tests,
	conform_load_tests,   conform_offline_tests,   conform_error_tests,
	conform_misuse_tests, conform_refuse_tests,    conform_deadline_tests,
	conform_poll_tests,   conform_irq_work_tests,  conform_parking_tests,
	conform_tlb_tests,    conform_torture_tests,   conform_kinds_tests,
	conform_stats_tests,  conform_wait_tests,      conform_stop_tests,
	conform_crash_tests,
};

#define NR_FILES (sizeof(files) / sizeof(files[0]))
#define MAX_RECORDS 8
#define DEFAULT_LIMIT UINT64_C(30000000000)

struct record {
	const char *what;
	uint64_t got;
	uint64_t expected;
	unsigned int cpu;
	bool is_signed;
	_Atomic bool ready;
};

const struct conform_machine *machine;
struct conform_options options;

static struct record records[MAX_RECORDS];
static _Atomic uint32_t nr_records;
static const char *skip_reason;
static const char *running_name;
static unsigned int running_nr;
static _Atomic uint32_t bailed;

void say(const char *format, ...)
{
	char line[240];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	machine->put_line(line);
}

static void record(const char *what, uint64_t got, uint64_t expected, bool is_signed)
{
	/* relaxed: hands out slots */
	uint32_t slot = atomic_fetch_add_explicit(&nr_records, 1, memory_order_relaxed);

	if (slot < MAX_RECORDS) {
		struct record *r = &records[slot];

		r->what = what;
		r->got = got;
		r->expected = expected;
		r->is_signed = is_signed;
		r->cpu = port_smp_processor_id();
		/* release: pairs with the acquire in print_records() */
		atomic_store_explicit(&r->ready, true, memory_order_release);
	}
}

bool check(bool ok, const char *what)
{
	return check_eq(ok, true, what);
}

bool check_eq(uint64_t got, uint64_t expected, const char *what)
{
	if (got != expected) {
		record(what, got, expected, false);
	}
	return got == expected;
}

bool check_ret(int got, int expected, const char *what)
{
	if (got != expected) {
		record(what, (uint64_t)got, (uint64_t)expected, true);
	}
	return got == expected;
}

void skip(const char *why)
{
	skip_reason = why;
}

static void print_records(void)
{
	uint32_t nr = atomic_load_explicit(&nr_records, memory_order_relaxed);

	for (uint32_t i = 0; i < nr && i < MAX_RECORDS; i++) {
		struct record *r = &records[i];

		/* acquire: pairs with the release in record() */
		if (!atomic_load_explicit(&r->ready, memory_order_acquire)) {
			continue;
		}
		if (r->is_signed) {
			say("# %s: expected %lld, got %lld (on CPU %u)", r->what,
			    (long long)r->expected, (long long)r->got, r->cpu);
		} else {
			say("# %s: expected %llu, got %llu (on CPU %u)", r->what,
			    (unsigned long long)r->expected, (unsigned long long)r->got, r->cpu);
		}
	}
	if (nr > MAX_RECORDS) {
		say("# and %u more", nr - MAX_RECORDS);
	}
}

void bail_out(const char *what)
{
	/* relaxed: only decides who prints */
	if (atomic_exchange_explicit(&bailed, 1, memory_order_relaxed) == 0) {
		say("not ok %u - %s # timed out: %s", running_nr, running_name, what);
		print_records();
		say("Bail out! %s: nothing for %u ms, waiting for: %s", running_name,
		    (unsigned int)(options.limit_ns / 1000000), what);
		machine->give_up();
	}
	for (;;) {
		port_cpu_relax();
	}
}

static void begin_test(const struct conform_test *test)
{
	running_nr++;
	running_name = test->name;
	skip_reason = NULL;
	for (unsigned int i = 0; i < MAX_RECORDS; i++) {
		atomic_store_explicit(&records[i].ready, false, memory_order_relaxed);
	}
	atomic_store_explicit(&nr_records, 0, memory_order_relaxed);
	progress();
	allow_polling();
}

/* Returns 1 when it failed. */
static int run_test(const struct conform_test *test)
{
	begin_test(test);
	if (nr_cpus < test->min_cpus) {
		say("ok %u - %s # SKIP needs %u CPUs", running_nr, test->name, test->min_cpus);
		return 0;
	}
	test->run();
	meet(); /* what a handler is late with is still this test's */
	if (atomic_load_explicit(&nr_records, memory_order_relaxed) != 0) {
		say("not ok %u - %s # %s", running_nr, test->name, records[0].what);
		print_records();
		return 1;
	}
	if (skip_reason != NULL) {
		say("ok %u - %s # SKIP %s", running_nr, test->name, skip_reason);
	} else {
		say("ok %u - %s", running_nr, test->name);
	}
	return 0;
}

static bool selected(const struct conform_test *test, const char *only)
{
	return only == NULL || strstr(test->name, only) != NULL;
}

unsigned int conform_count(const char *only)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < NR_FILES; i++) {
		for (const struct conform_test *test = files[i]; test->name != NULL; test++) {
			nr += selected(test, only);
		}
	}
	return nr;
}

int conform_run(const struct conform_machine *this_machine, const struct conform_options *given)
{
	int failed = 0;

	machine = this_machine;
	options = *given;
	if (options.limit_ns == 0) {
		options.limit_ns = DEFAULT_LIMIT;
	}
	progress();
	workers_init();
	oracle_init();
	say("TAP version 13");
	say("1..%u", conform_count(options.only));
	say("# machine %s, doorbell %s, %u CPUs, seed %llu", machine->name, machine->doorbell->name,
	    nr_cpus, (unsigned long long)options.seed);
	for (size_t i = 0; i < NR_FILES; i++) {
		for (const struct conform_test *test = files[i]; test->name != NULL; test++) {
			if (selected(test, options.only) && (failed == 0 || !options.fail_fast)) {
				failed += run_test(test);
			}
		}
	}
	workers_end();
	return failed;
}
