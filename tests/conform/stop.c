/* SPDX-License-Identifier: MIT */
/* The last test: every other CPU stops for good. */
#include "tests/conform/suite.h"

static _Atomic uint64_t ran;

static void count_run(void *info)
{
	(void)info;
	atomic_fetch_add_explicit(&ran, 1, memory_order_release);
}

/* Who gives up has taken the wish back: the IPI that comes after all stops nobody. */
static void test_late(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	struct cpumask still_online;

	if (!machine->can_stop) {
		skip("the machine cannot stop CPUs");
		return;
	}
	hold(target);
	check_ret(smp_send_stop_mask(&mask, 1000000, &still_online), -ETIMEDOUT,
		  "smp_send_stop_mask() of a CPU with masked interrupts");
	check(cpumask_equal(&still_online, &mask), "it is named");
	unhold(target);
	settle();
	check(cpu_online(target), "a stop that was given up stops nobody");
	check_ret(smp_call_function_single(target, count_run, NULL, true), 0, "a call to it");
	check_ret(smp_send_stop_mask(NULL, 0, &still_online), -EINVAL, "no set");
	check(cpumask_empty(&still_online), "nobody was asked");
}

static void test_stop(void)
{
	struct cpumask still_online = cpu_set;
	struct cpumask self = cpumask_of(COORDINATOR);
	struct cpumask online;

	if (!machine->can_stop) {
		skip("the machine cannot stop CPUs");
		return;
	}
	atomic_store_explicit(&ran, 0, memory_order_relaxed);
	for (unsigned int i = 1; i < nr_cpus; i++) {
		check_ret(smp_call_function_single(cpus[i], count_run, NULL, false), 0, "a call");
	}
	check_ret(smp_send_stop(options.limit_ns, &still_online), 0, "smp_send_stop()");
	check(cpumask_empty(&still_online), "no CPU is still online");
	cpumask_copy_online(&online);
	check(cpumask_equal(&online, &self), "only this CPU is online");
	check_eq(ran, nr_cpus - 1, "calls that were accepted before the stop");
	for (unsigned int i = 1; i < nr_cpus; i++) {
		check_ret(smp_call_function_single(cpus[i], count_run, NULL, true), -ENXIO,
			  "a call to a stopped CPU");
	}
	check_ret(smp_call_function(count_run, NULL, true), 0, "a call to all that are left");
	check_ret(smp_send_stop(0, NULL), 0, "smp_send_stop() with nobody left");
	settle();
	check_eq(ran, nr_cpus - 1, "runs on stopped CPUs");
}

const struct conform_test conform_stop_tests[] = {
	{"stop: one that was given up stops nobody", test_late, 2},
	{"stop: smp_send_stop() stops every other CPU", test_stop, 1},
	{NULL, NULL, 0},
};
