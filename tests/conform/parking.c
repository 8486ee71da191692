/* SPDX-License-Identifier: MIT */
/* The parking protocol: leave, wait at the mailbox, be fetched, come back. */
#include "tests/conform/suite.h"

static struct tally tally;
static _Atomic uint64_t returned;
static unsigned long enabled; /* what restores enabled interrupts */
static _Atomic uint64_t sleeps;
static _Atomic uint64_t drowsy; /* not 0: it does not wake up */

static void entry(void)
{
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&returned, 1, memory_order_release);
}

/* Interrupts are masked when it is called: whatever is pending is taken in the pause. */
static void sleep_parked(void)
{
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&sleeps, 1, memory_order_release);
	/* acquire: pairs with the release in test_given_up() */
	while (atomic_load_explicit(&drowsy, memory_order_acquire) != 0) {
		port_cpu_relax();
	}
	port_local_irq_restore(enabled);
	machine->pause();
	(void)port_local_irq_save();
}

static void park(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	enabled = state;
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	smp_park_entry_t go = smp_park(sleep_parked);

	go();
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting() after parking");
	port_local_irq_restore(state);
}

static void wait_parked(unsigned int cpu)
{
	while (!smp_is_parked(cpu)) {
		poll_turn("a CPU to park");
	}
}

static void test_round_trip(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	uint64_t before = reports;

	for (unsigned int round = 1; round <= 5; round++) {
		start_on(target, park, NULL);
		wait_parked(target);
		check_ret(smp_call_function_single(target, tally_func, &tally, true), -ENXIO,
			  "a call to a parked CPU");
		check_ret(smp_unpark(target, entry, options.limit_ns), 0, "smp_unpark()");
		finish_on(target);
		check_eq(returned, round, "entries taken");
		tally_init(&tally, COORDINATOR);
		check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
			  "a call to a CPU that came back");
		tally_check(&tally, &mask, 1);
	}
	settle();
	check_eq(reports - before, 0, "complaints about the protocol");
}

/* One that gives up has rung already, and the CPU takes that later. */
static void test_given_up(void)
{
	unsigned int target = cpus[1];
	uint64_t before = reports;
	uint64_t entered = returned;
	uint64_t slept = sleeps;

	atomic_store_explicit(&drowsy, 1, memory_order_relaxed);
	start_on(target, park, NULL);
	wait_for(&sleeps, slept + 1, "a parked CPU to sleep");
	check_ret(smp_unpark(target, entry, 0), -ETIMEDOUT, "smp_unpark() without patience");
	atomic_store_explicit(&drowsy, 0, memory_order_release);
	settle();
	check_eq(returned - entered, 0, "entries taken");
	check_ret(smp_unpark(target, entry, options.limit_ns), 0, "smp_unpark()");
	finish_on(target);
	check_eq(returned - entered, 1, "entries taken, by one with patience");
	check_eq(reports - before, 0, "complaints about the protocol");
}

static void test_outside(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	uint64_t before = reports;

	check_ret(smp_unpark(target, entry, 0), -EBUSY, "smp_unpark() of a CPU that is not parked");
	check_ret(smp_unpark(target, NULL, 0), -EINVAL, "smp_unpark() to nowhere");
	check_ret(smp_unpark(nr_cpu_ids(), entry, 0), -EINVAL, "smp_unpark() of no CPU");
	check(!smp_is_parked(target) && !smp_is_parked(nr_cpu_ids()), "nobody is parked");
	check_ret(smp_cross_call(&mask, IPI_WAKEUP, NULL), 0, "IPI_WAKEUP outside the protocol");
	wait_for(&reports, before + 1, "a complaint about the protocol");
}

const struct conform_test conform_parking_tests[] = {
	{"parking: leave, be fetched, come back", test_round_trip, 2},
	{"parking: an unparker that gives up", test_given_up, 2},
	{"parking: outside the protocol", test_outside, 2},
	{NULL, NULL, 0},
};
