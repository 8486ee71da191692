/* SPDX-License-Identifier: MIT */
/* Calls that never wait: caller-owned requests, handlers that call on, and what happens when it is
 * full. */
#include "tests/conform/hook.h"
#include "tests/conform/suite.h"

static struct tally tally;
static struct call_single_data request = CSD_INIT(tally_func, &tally);

static void test_busy(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);

	tally_init(&tally, COORDINATOR);
	check(!csd_is_busy(&request), "a fresh request is not busy");
	hold(target);
	check_ret(smp_call_function_single_async(target, &request), 0, "async");
	check(csd_is_busy(&request), "a queued request is busy");
	check_ret(smp_call_function_single_async(target, &request), -EBUSY, "async while queued");
	check_ret(smp_call_function_single_async(COORDINATOR, &request), -EBUSY,
		  "async to another CPU while queued");
	unhold(target);
	wait_for(&tally.total, 1, "an asynchronous call");
	check(!csd_is_busy(&request), "a request that has run is not busy");
	settle();
	tally_check(&tally, &mask, 1);
	check_ret(smp_call_function_single_async(target, &request), 0, "async a second time");
	wait_for(&tally.total, 2, "an asynchronous call");
}

static void async_row(void *arg)
{
	unsigned int index = *(unsigned int *)arg;

	for (unsigned int i = 0; i < nr_targets(); i++) {
		unsigned int target = cpus[(index + i) % nr_cpus];
		struct cpumask mask = cpumask_of(target);

		tally_init(&tally, CROSSCALL_NR_CPUS);
		check_ret(smp_call_function_single_async(target, &request), 0, "async");
		wait_for(&tally.total, 1, "an asynchronous call");
		tally_check(&tally, &mask, 1);
	}
}

static void test_pairs(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		run_on(cpus[i], async_row, &i);
	}
}

struct relay {
	struct call_single_data csd;
	unsigned int hops;
	bool same_cpu;
	_Atomic uint64_t done;
};

static unsigned int next_cpu(void)
{
	unsigned int next = cpumask_next(port_smp_processor_id(), &cpu_set);

	return next < CROSSCALL_NR_CPUS ? next : cpumask_first(&cpu_set);
}

/* Queues its own request again: it is not busy any more when its function starts. */
static void relay_func(void *info)
{
	struct relay *relay = info;

	check(in_interrupt() && irqs_masked(), "an asynchronous call is in interrupt context");
	if (relay->hops == 0) {
		/* release: pairs with the acquire in wait_for() */
		atomic_store_explicit(&relay->done, 1, memory_order_release);
		return;
	}
	relay->hops--;
	check_ret(smp_call_function_single_async(
			  relay->same_cpu ? port_smp_processor_id() : next_cpu(), &relay->csd),
		  0, "async from its own function");
}

static void run_relay(bool same_cpu)
{
	static struct relay relay;

	relay.csd.func = relay_func;
	relay.csd.info = &relay;
	relay.hops = 200;
	relay.same_cpu = same_cpu;
	atomic_store_explicit(&relay.done, 0, memory_order_relaxed);
	check_ret(smp_call_function_single_async(next_cpu(), &relay.csd), 0, "async");
	wait_for(&relay.done, 1, "a request that queues itself again");
	check_eq(relay.hops, 0, "hops that are left");
}

static void test_requeue(void)
{
	run_relay(true);
	run_relay(false);
}

static struct call_single_data from_irq[CROSSCALL_NR_CPUS];

static void call_from_irq(unsigned int kind)
{
	struct call_single_data *csd = &from_irq[port_smp_processor_id()];

	(void)kind;
	csd->func = tally_func;
	csd->info = &tally;
	check_ret(smp_call_function_single_async(next_cpu(), csd), 0,
		  "async from an interrupt handler");
	check_ret(smp_call_function_single(next_cpu(), tally_func, &tally, false), 0,
		  "a call from an interrupt handler");
}

static void test_from_irq(void)
{
	tally_init(&tally, CROSSCALL_NR_CPUS);
	/* With one CPU the second form runs locally: inside the handler, so in interrupt context
	 * too. */
	set_ipi_hook(call_from_irq);
	for (uint64_t round = 1; round <= 20; round++) {
		check_ret(smp_cross_call(&cpu_set, IPI_RESCHEDULE, NULL), 0, "smp_cross_call()");
		wait_for(&tally.total, round * 2 * nr_cpus, "calls from interrupt handlers");
	}
	settle();
	set_ipi_hook(NULL);
	tally_check(&tally, &cpu_set, 40);
}

static void test_flood_single(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	unsigned int accepted = 0;
	int err = 0;

	tally_init(&tally, COORDINATOR);
	hold(target);
	while (err == 0 && accepted < 1000000) {
		err = smp_call_function_single(target, tally_func, &tally, false);
		accepted += err == 0;
	}
	check_ret(err, -EBUSY, "calls without end to a CPU with masked interrupts");
	check(accepted >= 16, "at least 16 calls fit");
	unhold(target);
	wait_for(&tally.total, accepted, "the accepted calls of a flood");
	settle();
	tally_check(&tally, &mask, accepted);
	check_ret(smp_call_function_single(target, tally_func, &tally, true), 0,
		  "a call after the flood");
}

static void test_flood_many(void)
{
	struct cpumask others = cpu_set;
	unsigned int accepted = 0;
	int err = 0;

	cpumask_clear_cpu(COORDINATOR, &others);
	tally_init(&tally, COORDINATOR);
	/* One CPU that does not answer is enough: its requests stay in use. */
	hold(cpus[1]);
	while (err == 0 && accepted < 1000000) {
		err = smp_call_function_many(&others, tally_func, &tally, false);
		accepted += err == 0;
		progress();
	}
	check_ret(err, -EBUSY, "broadcasts without end past a CPU with masked interrupts");
	check(accepted >= CROSSCALL_CALL_DEPTH, "CROSSCALL_CALL_DEPTH broadcasts fit");
	unhold(cpus[1]);
	wait_for(&tally.total, (uint64_t)accepted * (nr_cpus - 1),
		 "the accepted broadcasts of a flood");
	settle();
	tally_check(&tally, &others, accepted);
}

const struct conform_test conform_async_tests[] = {
	{"async: -EBUSY while queued, once after", test_busy, 2},
	{"async: every pair, this CPU included", test_pairs, 1},
	{"async: a function queues its own request again", test_requeue, 1},
	{"async: from interrupt handlers", test_from_irq, 1},
	{"async: a flood is refused with -EBUSY, and loses nothing", test_flood_single, 2},
	{"async: a flood of broadcasts is refused whole, and loses nothing", test_flood_many, 2},
	{NULL, NULL, 0},
};
