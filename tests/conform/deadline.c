/* SPDX-License-Identifier: MIT */
/* Calls with a deadline, reports CPU by CPU, and requests that are taken back. */
#include "tests/conform/suite.h"

#define SHORT_NS UINT64_C(5000000)

static struct tally tally;

static struct {
	_Atomic uint64_t entered;
	_Atomic uint64_t release;
	_Atomic uint64_t left;
} slow;

/* Stays in the function until it is let go: a CPU that answers late. */
static void slow_func(void *info)
{
	(void)info;
	atomic_fetch_add_explicit(&slow.entered, 1, memory_order_relaxed);
	/* acquire: pairs with the release in let_go() */
	while (atomic_load_explicit(&slow.release, memory_order_acquire) == 0) {
		port_cpu_relax();
	}
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&slow.left, 1, memory_order_release);
}

static void begin_slow(void)
{
	atomic_store_explicit(&slow.entered, 0, memory_order_relaxed);
	atomic_store_explicit(&slow.release, 0, memory_order_relaxed);
	atomic_store_explicit(&slow.left, 0, memory_order_relaxed);
}

static void let_go(void)
{
	atomic_store_explicit(&slow.release, 1, memory_order_release);
}

static void test_in_time(void)
{
	tally_init(&tally, COORDINATOR);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		check_ret(smp_call_function_single_timeout(cpus[i], tally_func, &tally,
							   options.limit_ns),
			  0, "a call that is answered in time");
	}
	settle();
	tally_check(&tally, &cpu_set, 1);
	check_ret(smp_call_function_single_timeout(cpus[0], tally_func, &tally, 0), -EINVAL,
		  "no time at all");
}

/* Given up in its queue: it never runs, and others do. */
static void test_not_begun(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);

	tally_init(&tally, COORDINATOR);
	hold(target);
	for (unsigned int i = 0; i < 5; i++) {
		check_ret(smp_call_function_single_timeout(target, tally_func, &tally, SHORT_NS),
			  -ETIMEDOUT, "a call to a CPU with masked interrupts");
	}
	unhold(target);
	settle();
	check_eq(tally.total, 0, "runs of calls that timed out before they began");
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0, "a later call");
	tally_check(&tally, &mask, 1);
}

/*
 * A CPU that stays silent holds what was given up: no more than a share, so that calls to others
 * find room; and who waits for room is reported.
 */
static void test_held(void)
{
	unsigned int target = cpus[1];
	struct cpumask other = cpumask_of(cpus[2]);
	uint64_t before = reports;

	tally_init(&tally, COORDINATOR);
	hold(target);
	for (unsigned int i = 0; i <= CROSSCALL_REQUESTS_PER_CPU(nr_cpu_ids()); i++) {
		check_ret(smp_call_function_single_timeout(target, tally_func, &tally, 100000),
			  -ETIMEDOUT, "a call to a CPU with masked interrupts");
	}
	check_ret(smp_call_function_single(target, tally_func, &tally, false), -EBUSY,
		  "a call that does not wait, to a CPU that holds too many");
	check_ret(smp_call_function_single(cpus[2], tally_func, &tally, false), 0,
		  "a call to another CPU");
	smp_set_stall_timeout(2);
	for (unsigned int i = 0; i < 20 && reports == before; i++) {
		crosscall_ignore(smp_call_function_single_timeout(target, tally_func, &tally,
								  10 * SHORT_NS));
	}
	smp_set_stall_timeout(CROSSCALL_STALL_MS);
	check(reports != before, "a wait for room is reported");
	unhold(target);
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0, "a later call");
	cpumask_set_cpu(target, &other);
	settle();
	tally_check(&tally, &other, 1);
}

/* More often than there is room for requests: what was given up comes back. */
static void test_running(void)
{
	unsigned int target = cpus[1];

	for (unsigned int i = 0; i <= CROSSCALL_REQUESTS_PER_CPU(nr_cpu_ids()); i++) {
		begin_slow();
		int err;

		do { /* a loaded machine may not begin in time: then nothing runs */
			err = smp_call_function_single_timeout(target, slow_func, NULL, SHORT_NS);
			check_ret(err, -ETIMEDOUT, "a call that is answered late");
			poll_turn("a function to begin within its deadline");
		} while (atomic_load_explicit(&slow.entered, memory_order_relaxed) == 0);
		let_go();
		wait_for(&slow.left, 1, "the late answer");
		check_eq(slow.entered, 1, "a late function runs once");
	}
	tally_init(&tally, COORDINATOR);
	check_ret(on_each_cpu(tally_func, &tally, true), 0, "a call to all after late answers");
	tally_check(&tally, &cpu_set, 1);
}

/* As many as there is room for, and more: without a request the deadline holds too. */
static void test_no_request(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	struct smp_call call = {
		.func = tally_func, .info = &tally, .wait = true, .timeout_ns = SHORT_NS};
	struct smp_call_report report;

	tally_init(&tally, COORDINATOR);
	hold(target);
	for (unsigned int i = 0; i <= CROSSCALL_REQUESTS_PER_CPU(nr_cpu_ids()); i++) {
		check_ret(smp_call_function_single_timeout(target, tally_func, &tally, 1),
			  -ETIMEDOUT, "a call to a CPU with masked interrupts");
	}
	check_ret(smp_call_function_report(&mask, &call, &report), -ETIMEDOUT, "no request left");
	check(cpumask_equal(&report.unanswered, &mask), "who is not asked is unanswered");
	unhold(target);
	settle();
	check_eq(tally.total, 0, "runs of calls that timed out before they began");
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0, "a later call");
	tally_check(&tally, &mask, 1);
}

static void test_report(void)
{
	unsigned int silent = cpus[1];
	struct cpumask only = cpumask_of(silent);
	struct cpumask rest = cpu_set;
	struct smp_call_report report;
	struct smp_call call = {.func = tally_func,
				.info = &tally,
				.wait = true,
				.include_self = true,
				.timeout_ns = SHORT_NS};

	cpumask_clear_cpu(silent, &rest);
	tally_init(&tally, COORDINATOR);
	hold(silent);
	check_ret(smp_call_function_report(&cpu_set, &call, &report), -ETIMEDOUT, "one is silent");
	unhold(silent);
	check(cpumask_subset(&only, &report.unanswered), "the silent CPU is unanswered");
	check(cpumask_subset(&report.done, &rest), "done is among the others");
	/* On a loaded machine others may be late too; each CPU ends in one set. */
	cpumask_or(&rest, &report.done, &report.unanswered);
	cpumask_or(&rest, &rest, &report.running);
	check(cpumask_equal(&rest, &cpu_set), "every CPU is in one of the sets");
	check(cpumask_empty(&report.offline) && cpumask_empty(&report.unreached),
	      "nobody is offline or unreached");
	call.timeout_ns = options.limit_ns;
	check_ret(smp_call_function_report(&cpu_set, &call, &report), 0, "nobody is silent");
	check(cpumask_equal(&report.done, &cpu_set), "done is everybody");
	check(cpumask_empty(&report.unanswered) && cpumask_empty(&report.running),
	      "nobody is missing");
	call.wait = false;
	check_ret(smp_call_function_report(&cpu_set, &call, &report), -EINVAL,
		  "a deadline without waiting");
	call.func = NULL;
	check_ret(smp_call_function_report(&cpu_set, &call, &report), -EINVAL, "no function");
	check_ret(smp_call_function_report(&cpu_set, NULL, &report), -EINVAL, "no call");
	check_ret(smp_call_function_report(&cpu_set, &call, NULL), -EINVAL, "no report");
}

static void test_cancel(void)
{
	static struct call_single_data request = CSD_INIT(tally_func, &tally);
	unsigned int target = cpus[1];

	tally_init(&tally, COORDINATOR);
	check(!csd_cancel(&request), "an idle request cannot be cancelled");
	hold(target);
	check_ret(smp_call_function_single_async(target, &request), 0, "async");
	check(csd_cancel(&request), "a queued request is cancelled");
	check(!csd_cancel(&request), "it is cancelled once");
	check(csd_is_busy(&request), "it is busy until its CPU has passed over it");
	unhold(target);
	while (csd_is_busy(&request)) {
		poll_turn("a cancelled request to come back");
	}
	settle();
	check_eq(tally.total, 0, "runs of a cancelled request");
	check_ret(smp_call_function_single_async(target, &request), 0, "async again");
	wait_for(&tally.total, 1, "a request after its cancel");
	check(!csd_cancel(&request), "a request that has run cannot be cancelled");
}

static bool every_second(unsigned int cpu, void *info)
{
	(void)info;
	return cpu % 2 == 1;
}

static void test_choice(void)
{
	struct cpumask odd = {{0}};
	struct cpumask none = {{0}};

	for (unsigned int i = 0; i < nr_cpus; i++) {
		if (cpus[i] % 2 == 1) {
			cpumask_set_cpu(cpus[i], &odd);
		}
	}
	tally_init(&tally, COORDINATOR);
	check_ret(on_each_cpu_cond_mask(every_second, tally_func, &tally, true, &cpu_set), 0,
		  "on_each_cpu_cond_mask()");
	tally_check(&tally, &odd, 1);
	check_ret(on_each_cpu_cond_mask(NULL, tally_func, &tally, true, &cpu_set), -EINVAL,
		  "no condition");
	for (unsigned int i = 0; i < nr_cpus; i++) {
		struct cpumask only = cpumask_of(cpus[i]);

		tally_init(&tally, COORDINATOR);
		check_ret(smp_call_function_any(&only, tally_func, &tally, true), 0, "any of one");
		tally_check(&tally, &only, 1);
	}
	struct cpumask self = cpumask_of(COORDINATOR);

	tally_init(&tally, COORDINATOR);
	check_ret(smp_call_function_any(&cpu_set, tally_func, &tally, true), 0, "any of all");
	tally_check(&tally, &self, 1);
	check_ret(smp_call_function_any(&none, tally_func, &tally, true), -ENXIO, "any of none");
}

const struct conform_test conform_deadline_tests[] = {
	{"deadline: calls that are answered in time", test_in_time, 1},
	{"deadline: a call that has not begun never will", test_not_begun, 2},
	{"deadline: a silent CPU does not use up the requests", test_held, 3},
	{"deadline: it holds without a request too", test_no_request, 2},
	{"deadline: a late answer harms nothing", test_running, 2},
	{"deadline: the report says who did not answer", test_report, 2},
	{"deadline: a queued request is taken back", test_cancel, 2},
	{"many: chosen by a condition, and any of a set", test_choice, 1},
	{NULL, NULL, 0},
};
