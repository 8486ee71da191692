/* SPDX-License-Identifier: MIT */
/* CPUs that are stopped and go on, and the last test of most machines: all others stop for good. */
#include "tests/conform/suite.h"

#define ROUNDS 3

static _Atomic uint64_t ran;	    /* called functions */
static _Atomic uint64_t thread_ran; /* in thread context */

/* False, and the test is skipped, when the machine cannot. */
static bool can_stop(void)
{
	if (!machine->can_stop) {
		skip("the machine cannot stop CPUs");
	}
	return machine->can_stop;
}

static void count_run(void *info)
{
	(void)info;
	atomic_fetch_add_explicit(&ran, 1, memory_order_release);
}

static void count_thread(void *unused)
{
	(void)unused;
	/* relaxed: finish_on() orders */
	atomic_fetch_add_explicit(&thread_ran, 1, memory_order_relaxed);
}

/* ---- one is late ---- */

/* Who gives up has taken the wish back: the IPI that comes after all stops nobody. */
static void test_late(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	struct cpumask still_online;

	if (!can_stop()) {
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

/* ---- two stop the same ---- */

static void give_up_soon(void *arg)
{
	unsigned int target = *(unsigned int *)arg;
	struct cpumask mask = cpumask_of(target);

	check_ret(smp_send_stop_mask(&mask, 50000000, NULL), -ETIMEDOUT,
		  "smp_send_stop_mask() with little patience");
	let_unmask(target);
}

/* One gives up: the other's wish stays. */
static void test_impatient(void)
{
	static unsigned int target;
	struct cpumask mask;

	if (!can_stop()) {
		return;
	}
	target = cpus[1];
	mask = cpumask_of(target);
	hold(target);
	start_on(cpus[2], give_up_soon, &target);
	check_ret(smp_send_stop_mask(&mask, options.limit_ns, NULL), 0,
		  "smp_send_stop_mask() of a CPU that another has given up on");
	finish_on(cpus[2]);
	check(!cpu_online(target), "it has stopped");
	restart(target);
	finish_on(target);
}

/* ---- some stop, and go on ---- */

/* The address in the mailbox: back into the handler that parked. */
static void resume(void)
{
}

void restart(unsigned int cpu)
{
	progress();
	while (!smp_is_parked(cpu)) {
		poll_turn("a stopped CPU to park");
	}
	check_ret(smp_unpark(cpu, resume, options.limit_ns), 0, "smp_unpark() of a stopped CPU");
	while (!cpu_online(cpu)) {
		poll_turn("a stopped CPU to come back");
	}
}

static void check_online(const struct cpumask *expected)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	check(cpumask_equal(&online, expected), "the CPUs that are online");
}

/* ---- two stop all others ---- */

/* Another CPU may fetch it at the same time. */
static void fetch(unsigned int cpu)
{
	while (!cpu_online(cpu)) {
		if (smp_is_parked(cpu)) {
			crosscall_ignore(smp_unpark(cpu, resume, options.limit_ns));
		}
		machine->pause();
	}
}

static _Atomic uint64_t ready;

static void stop_and_fetch(void *unused)
{
	/* relaxed: both begin at once, no more */
	atomic_fetch_add_explicit(&ready, 1, memory_order_relaxed);
	while (atomic_load_explicit(&ready, memory_order_relaxed) < 2) {
		port_cpu_relax();
	}

	int err = smp_send_stop(options.limit_ns, NULL);

	(void)unused;
	check(err == 0 || err == -EBUSY, "smp_send_stop() on two CPUs at once");
	if (err != 0) {
		return;
	}
	atomic_fetch_add_explicit(&ran, 1, memory_order_relaxed);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		fetch(cpus[i]);
	}
}

static int second;

/* Another CPU is in smp_send_stop(), and waits for this one. */
static void stop_second(void *unused)
{
	unsigned long state = port_local_irq_save();

	(void)unused;
	/* release: interrupts are masked; pairs with the acquire in test_second() */
	atomic_store_explicit(&ready, 1, memory_order_release);
	while (cpu_online(cpus[2])) {
		port_cpu_relax();
	}
	second = smp_send_stop(0, NULL);
	port_local_irq_restore(state);
}

static void test_second(void)
{
	if (!can_stop()) {
		return;
	}
	atomic_store_explicit(&ready, 0, memory_order_relaxed);
	start_on(cpus[1], stop_second, NULL);
	wait_for(&ready, 1, "a CPU to mask its interrupts");
	check_ret(smp_send_stop(options.limit_ns, NULL), 0, "the first smp_send_stop()");
	for (unsigned int i = 1; i < nr_cpus; i++) {
		restart(cpus[i]);
	}
	finish_on(cpus[1]);
	check_ret(second, -EBUSY, "a second smp_send_stop() meanwhile");
}

/* They never stop each other for good: one is told that another was first. */
static void test_two(void)
{
	if (!can_stop()) {
		return;
	}
	for (unsigned int round = 0; round < 10 * ROUNDS; round++) {
		atomic_store_explicit(&ran, 0, memory_order_relaxed);
		atomic_store_explicit(&ready, 0, memory_order_relaxed);
		progress();
		start_on(cpus[1], stop_and_fetch, NULL);
		stop_and_fetch(NULL);
		finish_on(cpus[1]);
		check(ran == 1 || ran == 2, "one was first");
	}
	check_online(&cpu_set);
}

static void stop_some(const struct cpumask *some)
{
	struct cpumask still_online = cpu_set;
	struct cpumask others = cpu_set;
	unsigned int cpu;

	for_each_cpu(cpu, some) {
		check_ret(smp_call_function_single(cpu, count_run, NULL, false), 0, "a call");
		cpumask_clear_cpu(cpu, &others);
	}
	check_ret(smp_send_stop_mask(some, options.limit_ns, &still_online), 0,
		  "smp_send_stop_mask()");
	check(cpumask_empty(&still_online), "none of them is still online");
	check_online(&others);
	check_eq(ran, cpumask_weight(some), "calls that were accepted before the stop");
}

/* 'ran' is how many calls have been executed. */
static void use_stopped(const struct cpumask *some)
{
	unsigned int expected = cpumask_weight(some);
	unsigned int cpu;

	for_each_cpu(cpu, some) {
		struct cpumask mask = cpumask_of(cpu);

		check_ret(smp_call_function_single(cpu, count_run, NULL, true), -ENXIO,
			  "a call to a stopped CPU");
		check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), -ENXIO,
			  "a send to a stopped CPU");
		start_on(cpu, count_thread, NULL);
	}
	check_ret(smp_call_function(count_run, NULL, true), 0, "a call to all that are left");
	expected += nr_cpus - 1 - cpumask_weight(some);
	settle();
	check_eq(ran, expected, "runs where nobody stopped");
	check_eq(thread_ran, 0, "threads that run on stopped CPUs");
}

static void go_on(const struct cpumask *some)
{
	uint64_t before = ran;
	unsigned int cpu;

	for_each_cpu(cpu, some) {
		restart(cpu);
		finish_on(cpu);
		check_ret(smp_call_function_single(cpu, count_run, NULL, true), 0,
			  "a call to a CPU that goes on");
	}
	check_online(&cpu_set);
	check_eq(ran - before, cpumask_weight(some), "runs on CPUs that go on");
	check_eq(thread_ran, cpumask_weight(some), "threads that go on");
}

static void test_restart(void)
{
	uint64_t random = random_seed(0);
	uint64_t before = reports;

	if (!can_stop()) {
		return;
	}
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct cpumask some;

		random_mask(&some, &random);
		cpumask_set_cpu(cpus[1 + round % (nr_cpus - 1)], &some);
		cpumask_clear_cpu(COORDINATOR, &some);
		atomic_store_explicit(&ran, 0, memory_order_relaxed);
		atomic_store_explicit(&thread_ran, 0, memory_order_relaxed);
		stop_some(&some);
		use_stopped(&some);
		go_on(&some);
	}
	settle();
	check_eq(reports - before, 0, "complaints about the protocol");
}

/* ---- all stop ---- */

static void test_stop(void)
{
	struct cpumask still_online = cpu_set;
	struct cpumask self = cpumask_of(COORDINATOR);

	if (!can_stop()) {
		return;
	}
	atomic_store_explicit(&ran, 0, memory_order_relaxed);
	for (unsigned int i = 1; i < nr_cpus; i++) {
		check_ret(smp_call_function_single(cpus[i], count_run, NULL, false), 0, "a call");
	}
	check_ret(smp_send_stop(options.limit_ns, &still_online), 0, "smp_send_stop()");
	check(cpumask_empty(&still_online), "no CPU is still online");
	check_online(&self);
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
	{"stop: two stop the same, one gives up", test_impatient, 3},
	{"stop: some stop, do nothing, and go on", test_restart, 2},
	{"stop: who comes second is told so", test_second, 3},
	{"stop: two stop all others", test_two, 2},
	{"stop: smp_send_stop() stops every other CPU", test_stop, 1},
	{NULL, NULL, 0},
};
