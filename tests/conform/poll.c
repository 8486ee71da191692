/* SPDX-License-Identifier: MIT */
/* Poll-safe calls: waiting with interrupts masked is legal, because every wait serves. */
#include "tests/conform/suite.h"

#define ROUNDS 20

static struct tally plain;
static _Atomic uint64_t served[CROSSCALL_NR_CPUS];
static _Atomic uint64_t finished;

static void serve(void *info)
{
	(void)info;
	check(irqs_masked(), "a poll-safe function runs with interrupts masked");
	atomic_fetch_add_explicit(&served[port_smp_processor_id()], 1, memory_order_relaxed);
}

static void call_everybody_masked(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < nr_cpus; i++) {
			check_ret(smp_call_function_single_poll(cpus[i], serve, NULL), 0,
				  "a poll-safe call with interrupts masked");
		}
		progress();
	}
	/* release: pairs with the acquire in test_all_pairs() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
	/* Those that are not through yet still want to be served: take their interrupts again. */
	port_local_irq_restore(state);
}

static void reset(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		atomic_store_explicit(&served[cpus[i]], 0, memory_order_relaxed);
	}
	atomic_store_explicit(&finished, 0, memory_order_relaxed);
}

static void test_all_pairs(void)
{
	reset();
	run_on_all(call_everybody_masked, NULL);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		check_eq(served[cpus[i]], (uint64_t)ROUNDS * nr_cpus, "poll-safe runs on a CPU");
	}
}

static void call_from_handler(void *info)
{
	(void)info;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		check_ret(smp_call_function_single_poll(cpus[i], serve, NULL), 0,
			  "a poll-safe call from an interrupt handler");
	}
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/* Everybody is in a handler at once, and calls everybody, who is in a handler too. */
static void test_from_handlers(void)
{
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		reset();
		check_ret(on_each_cpu(call_from_handler, NULL, false), 0, "a call to all");
		wait_for(&finished, nr_cpus, "handlers that call each other");
		for (unsigned int i = 0; i < nr_cpus; i++) {
			check_eq(served[cpus[i]], nr_cpus, "poll-safe runs on a CPU");
		}
	}
}

/* A plain call that a waiter finds in its queue is neither run there nor lost. */
static void wait_masked(void *arg)
{
	unsigned int target = *(unsigned int *)arg;
	unsigned long state = port_local_irq_save();
	unsigned int self = port_smp_processor_id();
	struct cpumask me = cpumask_of(self);

	/* release: pairs with the acquire in wait_for() */
	atomic_store_explicit(&finished, 1, memory_order_release);
	check_ret(smp_call_function_single_poll(target, serve, NULL), 0, "a poll-safe call");
	check_eq(plain.total, 0, "plain calls that ran while interrupts were masked");
	port_local_irq_restore(state);
	wait_for(&plain.total, 1, "the plain call after the unmask");
	tally_check(&plain, &me, 1);
}

static void test_plain_waits(void)
{
	unsigned int waiter = cpus[1];
	unsigned int busy = cpus[2];

	reset();
	tally_init(&plain, COORDINATOR);
	hold(busy);
	start_on(waiter, wait_masked, &busy);
	wait_for(&finished, 1, "a CPU to mask its interrupts");
	check_ret(smp_call_function_single_poll(waiter, serve, NULL), 0, "a call that is served");
	check_ret(smp_call_function_single(waiter, tally_func, &plain, false), 0, "a plain call");
	check_ret(smp_call_function_single_poll(waiter, serve, NULL), 0, "one that overtakes it");
	unhold(busy);
	finish_on(waiter);
}

const struct conform_test conform_poll_tests[] = {
	{"poll: everybody calls everybody with interrupts masked", test_all_pairs, 2},
	{"poll: everybody calls everybody from a handler", test_from_handlers, 1},
	{"poll: a plain call waits for the unmask", test_plain_waits, 3},
	{NULL, NULL, 0},
};
