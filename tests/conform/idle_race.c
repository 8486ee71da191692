/* SPDX-License-Identifier: MIT */
/* Sends that meet a CPU on its way into the poll and out of it. */
#include "tests/conform/suite.h"

#define ROUNDS 60
#define MAX_CALLERS 8

/* What a CPU that polls without looking is told. */
enum order {
	WAIT,
	LEAVE,
	GO_OFFLINE,
};

static struct {
	_Atomic uint64_t polling;
	_Atomic uint64_t order;
	_Atomic uint64_t ran;
	uint64_t payload; /* plain memory: only the send orders it */
	uint64_t seen;
} party;

static void note_call(void *info)
{
	(void)info;
	party.seen = party.payload;
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&party.ran, 1, memory_order_release);
}

static uint64_t received(unsigned int cpu, unsigned int kind)
{
	struct ipi_stats stats = {0};

	check_ret(ipi_stats_read(cpu, kind, &stats), 0, "ipi_stats_read()");
	return stats.received;
}

static void leave_offline(void)
{
	check_ret(smp_cpu_dying(), 0, "smp_cpu_dying() of a CPU that polls");
	check(smp_idle_poll_wanted(), "wanted once it polls no more");
	check(!smp_idle_poll_leave(), "leaving after smp_cpu_dying() serves nothing");
	check_eq(party.ran, 1, "runs when smp_cpu_dying() returns");
	check_ret(smp_cpu_starting(), 0, "smp_cpu_starting()");
}

static void poll_blindly(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	(void)smp_idle_poll_enter();
	/* release: pairs with the acquire in wait_for() */
	atomic_store_explicit(&party.polling, 1, memory_order_release);
	/* acquire: pairs with the release in tell() */
	while (atomic_load_explicit(&party.order, memory_order_acquire) == WAIT) {
		port_cpu_relax();
	}
	if (party.order == GO_OFFLINE) {
		leave_offline();
	} else {
		check(smp_idle_poll_leave(), "served");
	}
	port_local_irq_restore(state);
}

static void start_blind(unsigned int target)
{
	no_polling();
	atomic_store_explicit(&party.polling, 0, memory_order_relaxed);
	atomic_store_explicit(&party.order, WAIT, memory_order_relaxed);
	atomic_store_explicit(&party.ran, 0, memory_order_relaxed);
	start_on(target, poll_blindly, NULL);
	wait_for(&party.polling, 1, "a CPU to poll");
}

static void tell(unsigned int target, enum order order)
{
	/* release: pairs with the acquire in poll_blindly() */
	atomic_store_explicit(&party.order, order, memory_order_release);
	finish_on(target);
}

static void test_twice(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	uint64_t took = received(target, IPI_RESCHEDULE);
	struct ipi_stats before = {0};
	struct ipi_stats after = {0};

	check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &before), 0, "ipi_stats_read()");
	start_blind(target);
	check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), 0, "a send");
	check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), 0, "a second one");
	check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, &after), 0, "ipi_stats_read()");
	check_eq(after.raised - before.raised, 2, "raised");
	check_eq(after.polled - before.polled, 1, "polled");
	check_eq(after.coalesced - before.coalesced, 1, "coalesced with the first");
	check_eq(after.sent - before.sent, 0, "sent");
	tell(target, LEAVE);
	settle();
	check_eq(received(target, IPI_RESCHEDULE), took + 1, "received");
}

static void test_offline(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	uint64_t took = received(target, IPI_RESCHEDULE);

	start_blind(target);
	party.payload = took;
	check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), 0, "a send");
	check_ret(smp_call_function_single(target, note_call, NULL, false), 0, "a call");
	tell(target, GO_OFFLINE);
	settle();
	check_eq(received(target, IPI_RESCHEDULE), took + 1, "received while it left");
	check_eq(party.ran, 1, "runs");
	check_eq(party.seen, took, "stores before the call are visible");
	check_ret(smp_call_function_single(target, note_call, NULL, true), 0,
		  "a call after the return");
	check_eq(party.ran, 2, "runs after the return");
}

static void test_latency(void)
{
	unsigned int target = cpus[1];
	struct cpumask mask = cpumask_of(target);
	struct ipi_latency latency = {0};

	start_blind(target);
	ipi_latency_reset();
	ipi_latency_enable(true);
	check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), 0, "a send");
	burn_us(100);
	tell(target, LEAVE);
	ipi_latency_enable(false);
	check_ret(ipi_latency_read(target, IPI_RESCHEDULE, IPI_SEND_TO_ENTRY, &latency), 0,
		  "ipi_latency_read()");
	check_eq(latency.samples, 1, "sends that were measured");
	check(latency.min >= 100000, "from the send to the entry, not from the leave");
}

/* ---- a CPU that polls and sleeps in turns, and callers that it meets in every state ---- */

static struct {
	_Atomic uint64_t callers; /* this many are not through yet */
	_Atomic uint64_t ran;
	_Atomic uint64_t task[CROSSCALL_NR_CPUS];   /* on the run queue, from each CPU */
	_Atomic uint64_t picked[CROSSCALL_NR_CPUS]; /* the last that the scheduler saw */
} flood;

static void count_run(void *info)
{
	uint64_t *stored = info;

	*stored += 1;
	atomic_fetch_add_explicit(&flood.ran, 1, memory_order_relaxed);
}

static bool pick_tasks(void)
{
	if (!test_and_clear_need_resched()) {
		return false;
	}
	for (unsigned int i = 0; i < nr_cpus; i++) {
		/* relaxed: the flag orders */
		uint64_t task = atomic_load_explicit(&flood.task[cpus[i]], memory_order_relaxed);

		/* release: pairs with the acquire in wait_for() */
		atomic_store_explicit(&flood.picked[cpus[i]], task, memory_order_release);
	}
	return true;
}

/* It does not look at its word any more: a call has to ring it, or it would sleep for good. */
static void sleep_until_rung(uint64_t ran)
{
	while (!need_resched() && atomic_load_explicit(&flood.ran, memory_order_relaxed) == ran &&
	       atomic_load_explicit(&flood.callers, memory_order_relaxed) != 0) {
		poll_turn("a CPU that sleeps to be rung");
	}
}

static void idle_loop(void *arg)
{
	uint64_t *random = arg;

	/* acquire: pairs with the release in call_and_wake() */
	while (atomic_load_explicit(&flood.callers, memory_order_acquire) != 0) {
		unsigned long state = port_local_irq_save();

		(void)smp_idle_poll_enter();
		for (uint64_t looks = random_next(random) % 8;
		     looks != 0 && !smp_idle_poll_wanted(); looks--) {
			port_cpu_relax();
		}
		bool served = smp_idle_poll_leave();
		bool work = pick_tasks();
		uint64_t ran = atomic_load_explicit(&flood.ran, memory_order_relaxed);

		port_local_irq_restore(state);
		if (!served && !work) {
			sleep_until_rung(ran);
		}
	}
}

/* A lost call does not return; a lost wake-up is not picked. */
static void call_and_wake(void *arg)
{
	unsigned int self = port_smp_processor_id();
	unsigned int target = *(unsigned int *)arg;
	uint64_t stored = 0;

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		check_ret(smp_call_function_single(target, count_run, &stored, true), 0, "a call");
		check_eq(stored, i, "the function's stores are visible");
		atomic_store_explicit(&flood.task[self], i, memory_order_relaxed);
		check_ret(resched_cpu(target), 0, "resched_cpu()");
		wait_for(&flood.picked[self], i, "a CPU that polls to find its need_resched");
		progress();
	}
	/* release: pairs with the acquire in idle_loop() */
	atomic_fetch_sub_explicit(&flood.callers, 1, memory_order_release);
}

static void test_flood(void)
{
	static uint64_t random;
	unsigned int target = cpus[1];
	unsigned int callers = nr_cpus - 1 < MAX_CALLERS ? nr_cpus - 1 : MAX_CALLERS;

	random = random_seed(7);
	smp_set_stall_timeout(0); /* nobody makes up for what is lost */
	atomic_store_explicit(&flood.callers, callers, memory_order_relaxed);
	atomic_store_explicit(&flood.ran, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		atomic_store_explicit(&flood.task[cpus[i]], 0, memory_order_relaxed);
		atomic_store_explicit(&flood.picked[cpus[i]], 0, memory_order_relaxed);
	}
	start_on(target, idle_loop, &random);
	for (unsigned int i = 2; i <= callers; i++) {
		start_on(cpus[i], call_and_wake, &target);
	}
	call_and_wake(&target);
	for (unsigned int i = 1; i <= callers; i++) {
		finish_on(cpus[i]);
	}
	smp_set_stall_timeout(CROSSCALL_STALL_MS);
	check_eq(flood.ran, (uint64_t)callers * ROUNDS, "runs");
}

const struct conform_test conform_idle_race_tests[] = {
	{"idle: two sends to a CPU that polls are one", test_twice, 2},
	{"idle: a CPU that polls and goes offline has served what was polled", test_offline, 2},
	{"idle: latencies count from the send", test_latency, 2},
	{"idle: calls and wake-ups race with a CPU that polls and sleeps", test_flood, 2},
	{NULL, NULL, 0},
};
