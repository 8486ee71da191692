/* SPDX-License-Identifier: MIT */
/* CPUs that leave and come back: what was accepted runs, what comes later is refused. */
#include "tests/conform/suite.h"

#define CYCLES 30
#define MAX_CALLERS 8

static struct {
	_Atomic uint64_t ran;
	_Atomic uint64_t elsewhere;
	_Atomic uint64_t leaving; /* this many CPUs still go through their cycles */
	unsigned int target;
} test;

/* Not tally_func(): a CPU that leaves runs what it had accepted outside interrupts, but masked. */
static void count_run(void *info)
{
	unsigned int cpu = port_smp_processor_id();

	(void)info;
	check(irqs_masked(), "interrupts masked in a called function");
	if (cpu != test.target) {
		atomic_fetch_add_explicit(&test.elsewhere, 1, memory_order_relaxed);
	}
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&test.ran, 1, memory_order_release);
}

static void go_offline(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	check(!cpu_online(port_smp_processor_id()), "cpu_online() after smp_cpu_dying()");
	machine->doorbell->cpu_exit();
	port_local_irq_restore(state);
}

static void go_online(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	check_ret(machine->doorbell->cpu_init(), 0, "the doorbell's cpu_init()");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
	check(cpu_online(port_smp_processor_id()), "cpu_online() after smp_cpu_starting()");
	port_local_irq_restore(state);
}

static void begin(unsigned int target)
{
	atomic_store_explicit(&test.ran, 0, memory_order_relaxed);
	atomic_store_explicit(&test.elsewhere, 0, memory_order_relaxed);
	atomic_store_explicit(&test.leaving, 1, memory_order_relaxed);
	test.target = target;
}

static void check_refused(unsigned int target)
{
	static struct call_single_data csd = CSD_INIT(count_run, NULL);
	struct cpumask only = cpumask_of(target);
	struct cpumask unreached = {{0}};
	struct cpumask empty = {{0}};

	check_ret(smp_call_function_single(target, count_run, NULL, false), -ENXIO,
		  "a call, offline");
	check_ret(smp_call_function_single(target, count_run, NULL, true), -ENXIO,
		  "a waiting call, offline");
	check_ret(smp_call_function_single_async(target, &csd), -ENXIO, "async, offline");
	check(!csd_is_busy(&csd), "a refused request is not busy");
	check_ret(smp_call_function_many(&only, count_run, NULL, true), 0, "a set of offline CPUs");
	check_ret(resched_cpu(target), -ENXIO, "resched_cpu(), offline");
	check_ret(smp_send_reschedule(target), -ENXIO, "smp_send_reschedule(), offline");
	check_ret(smp_cross_call(&only, IPI_RESCHEDULE, &unreached), -ENXIO, "a send, offline");
	check(cpumask_equal(&unreached, &only), "unreached is the CPU that is offline");
	check_ret(smp_cross_call(&empty, IPI_RESCHEDULE, &unreached), 0, "a send to nobody");
	check(cpumask_empty(&unreached), "unreached is empty after a send to nobody");
}

static void test_refused(void)
{
	unsigned int target = cpus[1];
	struct cpumask unreached = {{0}};
	struct cpumask only = cpumask_of(target);

	begin(target);
	open_ledger();
	run_on(target, go_offline, NULL);
	check_eq(num_online_cpus(), nr_cpus - 1, "num_online_cpus() with one offline");
	check_refused(target);
	/* The others are still reached. */
	check_ret(smp_cross_call(&cpu_set, IPI_RESCHEDULE, &unreached), -ENXIO, "a send to a set");
	check(cpumask_equal(&unreached, &only), "unreached is the CPU of the set that is offline");
	for (unsigned int i = 0; i < nr_cpus; i++) {
		if (cpus[i] != target) {
			expect_ipi(cpus[i], IPI_RESCHEDULE);
			await_ipi(cpus[i], IPI_RESCHEDULE);
		}
	}
	close_ledger();
	check_eq(test.ran, 0, "runs of refused calls");
	run_on(target, go_online, NULL);
	check_eq(num_online_cpus(), nr_cpus, "num_online_cpus() with all back");
	check_ret(smp_call_function_single(target, count_run, NULL, true), 0,
		  "a call after the return");
	check_eq(test.ran, 1, "runs after the return");
	expect_ipi(target, IPI_RESCHEDULE);
	check_ret(smp_send_reschedule(target), 0, "smp_send_reschedule() after the return");
	await_ipi(target, IPI_RESCHEDULE);
	close_ledger();
}

/* Its own, so that it is under way when it leaves. */
static void leave_with_a_send(void *arg)
{
	unsigned long state = port_local_irq_save();
	struct cpumask self = cpumask_of(port_smp_processor_id());

	(void)arg;
	check_ret(smp_cross_call(&self, IPI_RESCHEDULE, NULL), 0, "a send to this CPU");
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
	port_local_irq_restore(state);
}

/* How long a CPU was offline is no latency. */
static void test_latency(void)
{
	unsigned int target = cpus[1];
	struct ipi_latency latency = {0};

	no_polling();
	ipi_latency_reset();
	ipi_latency_enable(true);
	open_ledger();
	expect_ipi(target, IPI_RESCHEDULE);
	run_on(target, leave_with_a_send, NULL);
	await_ipi(target, IPI_RESCHEDULE);
	close_ledger();
	ipi_latency_enable(false);
	check_ret(ipi_latency_read(target, IPI_RESCHEDULE, IPI_SEND_TO_ENTRY, &latency), 0,
		  "ipi_latency_read()");
	check_eq(latency.samples, 0, "sends whose CPU was offline meanwhile");
}

static void twice(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	check_ret(smp_cpu_starting(), -EBUSY, "smp_cpu_starting() while online");
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	check_ret(smp_cpu_dying(), -ENXIO, "smp_cpu_dying() while offline");
	check_ret(smp_call_function_single(port_smp_processor_id(), count_run, NULL, false), -ENXIO,
		  "a local call while offline");
	check_ret(on_each_cpu_mask(&cpu_set, count_run, NULL, false), 0,
		  "a set, from an offline CPU");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
	port_local_irq_restore(state);
}

static void test_twice(void)
{
	begin(cpus[nr_cpus - 1]);
	for (unsigned int i = 0; i < nr_cpus && i < 4; i++) {
		unsigned int cpu = cpus[nr_cpus - 1 - i];

		begin(cpu);
		run_on(cpu, twice, NULL);
		wait_for(&test.ran, nr_cpus - 1, "a call from an offline CPU");
		settle();
		check_eq(test.ran, nr_cpus - 1, "runs of a call from an offline CPU");
	}
}

/* Calls that are in the queue when the CPU leaves run before smp_cpu_dying() returns. */
static _Atomic uint64_t gate;

static void leave_with_queue(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	/* release: pairs with the acquire in wait_for() */
	atomic_store_explicit(&gate, 1, memory_order_release);
	/* acquire: pairs with the release in test_queued() */
	while (atomic_load_explicit(&gate, memory_order_acquire) != 2) {
		port_cpu_relax();
	}
	check_eq(test.ran, 0, "runs before smp_cpu_dying()");
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying()");
	check_eq(test.ran, 10, "runs when smp_cpu_dying() returns");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
	port_local_irq_restore(state);
}

static void test_queued(void)
{
	unsigned int target = cpus[1];

	begin(target);
	atomic_store_explicit(&gate, 0, memory_order_relaxed);
	start_on(target, leave_with_queue, NULL);
	wait_for(&gate, 1, "a CPU to mask its interrupts");
	for (unsigned int i = 0; i < 10; i++) {
		check_ret(smp_call_function_single(target, count_run, NULL, false), 0, "a call");
	}
	/* release: pairs with the acquire in leave_with_queue() */
	atomic_store_explicit(&gate, 2, memory_order_release);
	finish_on(target);
	settle();
	check_eq(test.ran, 10, "runs of calls to a CPU that left and came back");
}

/* Under load: accepted calls are counted by the callers, runs by the target. */
static _Atomic uint64_t accepted[CROSSCALL_NR_CPUS];

static void come_and_go(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < CYCLES; i++) {
		go_offline(NULL);
		uint64_t ran = atomic_load_explicit(&test.ran, memory_order_acquire);

		burn_us(20 * (i % 8));
		check_eq(test.ran, ran, "runs on a CPU that is offline");
		go_online(NULL);
		burn_us(20 * (i % 5));
		machine->pause();
		progress();
	}
	/* release: pairs with the acquire in call_target() */
	atomic_store_explicit(&test.leaving, 0, memory_order_release);
}

static int call_once(unsigned int i)
{
	struct cpumask only = cpumask_of(test.target);

	switch (i % 4) {
	case 0:
		return smp_call_function_single(test.target, count_run, NULL, true);
	case 1:
		/* Fire and forget: an offline target is dropped from the set. */
		return smp_cross_call(&only, IPI_RESCHEDULE, NULL) == 0 ? -EBUSY : -ENXIO;
	default:
		return smp_call_function_single(test.target, count_run, NULL, false);
	}
}

static void call_target(void *arg)
{
	_Atomic uint64_t *mine = arg;

	for (unsigned int i = 0; atomic_load_explicit(&test.leaving, memory_order_acquire) != 0;
	     i++) {
		int err = call_once(i);

		check(err == 0 || err == -ENXIO || err == -EBUSY,
		      "a call to a CPU that comes and goes");
		if (err == 0) {
			atomic_fetch_add_explicit(mine, 1, memory_order_relaxed);
		} else {
			machine->pause();
		}
	}
}

static void test_under_load(void)
{
	unsigned int callers = nr_cpus - 2 < MAX_CALLERS ? nr_cpus - 2 : MAX_CALLERS;
	uint64_t total = 0;

	begin(cpus[1]);
	for (unsigned int i = 0; i < callers; i++) {
		atomic_store_explicit(&accepted[i], 0, memory_order_relaxed);
		start_on(cpus[i + 2], call_target, &accepted[i]);
	}
	run_on(cpus[1], come_and_go, NULL);
	for (unsigned int i = 0; i < callers; i++) {
		finish_on(cpus[i + 2]);
		total += accepted[i];
	}
	wait_for(&test.ran, total, "accepted calls to a CPU that comes and goes");
	settle();
	check_eq(test.ran, total, "accepted calls, and runs of them");
	check_eq(test.elsewhere, 0, "runs on a CPU that was not asked");
}

const struct conform_test conform_offline_tests[] = {
	{"offline: no time is measured across it", test_latency, 2},
	{"offline: calls and sends are refused, and work again after the return", test_refused, 2},
	{"offline: starting and dying twice; an offline CPU may still call", test_twice, 1},
	{"offline: what is queued runs before smp_cpu_dying() returns", test_queued, 2},
	{"offline: under load every accepted call runs, once", test_under_load, 3},
	{NULL, NULL, 0},
};
