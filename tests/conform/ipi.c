/* SPDX-License-Identifier: MIT */
/* Every kind from every CPU to every CPU: exactly once, and nowhere else. */
#include "tests/conform/hook.h"
#include "tests/conform/suite.h"

/* On larger machines this many CPUs broadcast. */
#define MAX_SENDERS 16

/* Of a relay. */
#define HOPS 200

static void send_one(unsigned int target, unsigned int kind)
{
	struct cpumask mask = cpumask_of(target);
	struct cpumask unreached = cpu_set;

	expect_ipi(target, kind);
	check_ret(smp_cross_call(&mask, kind, &unreached), 0, "smp_cross_call() to one CPU");
	check(cpumask_empty(&unreached), "unreached is empty after a send that succeeded");
	await_ipi(target, kind);
}

/* On the sender: its own row of the matrix, itself included. */
static void send_row(void *arg)
{
	unsigned int self = *(unsigned int *)arg;
	unsigned int targets = nr_targets();
	unsigned int kind;

	for (unsigned int i = 0; i < targets; i++) {
		/* Near neighbours and far ones, the sender first. */
		unsigned int step = i * (nr_cpus / targets) + (targets < nr_cpus && (i & 1) != 0);

		for_each_kind(kind) {
			send_one(cpus[(self + step) % nr_cpus], kind);
		}
	}
}

static void test_pairs(void)
{
	open_ledger();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		run_on(cpus[i], send_row, &i);
	}
	close_ledger();
}

static void send_set(const struct cpumask *mask, unsigned int kind)
{
	struct cpumask unreached = cpu_set;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		expect_ipi(cpu, kind);
	}
	check_ret(smp_cross_call(mask, kind, &unreached), 0, "smp_cross_call() to a set");
	check(cpumask_empty(&unreached), "unreached is empty after a send that succeeded");
	for_each_cpu(cpu, mask) {
		await_ipi(cpu, kind);
	}
}

static void send_broadcasts(void *arg)
{
	struct cpumask others = cpu_set;
	unsigned int kind;

	(void)arg;
	cpumask_clear_cpu(port_smp_processor_id(), &others);
	for_each_kind(kind) {
		send_set(&others, kind);
		send_set(&cpu_set, kind);
	}
}

static void test_broadcast(void)
{
	unsigned int step = nr_cpus <= MAX_SENDERS ? 1 : nr_cpus / MAX_SENDERS;

	open_ledger();
	for (unsigned int i = 0; i < nr_cpus; i += step) {
		run_on(cpus[i], send_broadcasts, NULL);
	}
	close_ledger();
}

static void send_random(void *arg)
{
	uint64_t *state = arg;
	struct cpumask mask;
	unsigned int kind;

	random_mask(&mask, state);
	for_each_kind(kind) {
		if ((random_next(state) & 3) == 0) {
			send_set(&mask, kind);
		}
	}
}

static void test_random_sets(void)
{
	uint64_t state = random_seed(1);

	open_ledger();
	for (unsigned int round = 0; round < 40; round++) {
		run_on(cpus[random_next(&state) % nr_cpus], send_random, &state);
	}
	close_ledger();
}

static void reschedule_row(void *arg)
{
	unsigned int self = port_smp_processor_id();
	struct ipi_stats before;
	struct ipi_stats after;

	(void)arg;
	for (unsigned int i = 0; i < nr_targets(); i++) {
		if (cpus[i] != self) {
			expect_ipi(cpus[i], IPI_RESCHEDULE);
			check_ret(smp_send_reschedule(cpus[i]), 0, "smp_send_reschedule()");
			await_ipi(cpus[i], IPI_RESCHEDULE);
		}
	}
	check_ret(ipi_stats_read(self, IPI_RESCHEDULE, &before), 0, "ipi_stats_read()");
	check_ret(smp_send_reschedule(self), 0, "smp_send_reschedule() to this CPU");
	check_ret(ipi_stats_read(self, IPI_RESCHEDULE, &after), 0, "ipi_stats_read()");
	check_eq(after.skipped - before.skipped, 1, "a reschedule to this CPU counts as skipped");
	check_eq(after.raised - before.raised, 1, "a reschedule to this CPU counts as raised");
}

static void test_reschedule(void)
{
	open_ledger();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		run_on(cpus[i], reschedule_row, NULL);
	}
	close_ledger();
}

/* Plain memory on purpose: only the send and the answer order it. */
static uint64_t question;
static uint64_t answer;

static void answer_question(unsigned int kind)
{
	(void)kind;
	answer = question + 1;
}

static void ask(void *arg)
{
	unsigned int target = *(unsigned int *)arg;

	for (uint64_t i = 1; i <= 300; i++) {
		question = i * 3;
		send_one(target, IPI_RESCHEDULE);
		if (!check_eq(answer, i * 3 + 1, "the handler sees stores from before the send")) {
			break;
		}
	}
}

static void test_stores(void)
{
	set_ipi_hook(answer_question);
	open_ledger();
	for (unsigned int i = 0; i < nr_cpus && i < 4; i++) {
		unsigned int target = cpus[(i + 1) % nr_cpus];

		run_on(cpus[i], ask, &target);
	}
	close_ledger();
	set_ipi_hook(NULL);
}

/*
 * Two senders of two kinds to one CPU that masks its interrupts now and then, so that many sends
 * coalesce with the other's: no ring of their own carries their stores.
 */
static struct {
	_Alignas(CROSSCALL_CACHE_LINE) uint64_t value; /* plain */
	_Atomic uint64_t got;
} letters[NR_IPI];
static _Atomic uint64_t writers;

static void read_letter(unsigned int kind)
{
	/* release: pairs with the acquire in wait_for() */
	atomic_store_explicit(&letters[kind].got, letters[kind].value, memory_order_release);
}

static void write_letters(void *arg)
{
	unsigned int kind = *(unsigned int *)arg;
	struct cpumask target = cpumask_of(cpus[1]);

	for (uint64_t i = 1; i <= 150; i++) {
		letters[kind].value = i;
		check_ret(smp_cross_call(&target, kind, NULL), 0, "smp_cross_call()");
		wait_for(&letters[kind].got, i, "a letter to be read");
	}
	/* release: pairs with the acquire in mask_often() */
	atomic_fetch_sub_explicit(&writers, 1, memory_order_release);
}

static void mask_often(void *arg)
{
	(void)arg;
	while (atomic_load_explicit(&writers, memory_order_acquire) != 0) {
		unsigned long state = port_local_irq_save();

		burn_us(30);
		port_local_irq_restore(state);
		port_cpu_relax();
		conform_tick();
	}
}

static void test_two_senders(void)
{
	unsigned int first = next_kind(0);
	unsigned int second = next_kind(first + 1);

	if (second >= NR_IPI) {
		skip("the machine has one kind only");
		return;
	}
	atomic_store_explicit(&letters[first].got, 0, memory_order_relaxed);
	atomic_store_explicit(&letters[second].got, 0, memory_order_relaxed);
	atomic_store_explicit(&writers, 2, memory_order_relaxed);
	set_ipi_hook(read_letter);
	start_on(cpus[1], mask_often, NULL);
	start_on(cpus[2], write_letters, &first);
	run_on(cpus[3], write_letters, &second);
	finish_on(cpus[2]);
	finish_on(cpus[1]);
	settle();
	set_ipi_hook(NULL);
}

static _Atomic uint64_t hops;

/* The next CPU that the suite knows, round and round. */
static unsigned int next_hop(unsigned int cpu)
{
	unsigned int next = cpumask_next(cpu, &cpu_set);

	return next < CROSSCALL_NR_CPUS ? next : cpumask_first(&cpu_set);
}

static void pass_on(unsigned int kind)
{
	struct cpumask mask = cpumask_of(next_hop(port_smp_processor_id()));

	if (atomic_fetch_add_explicit(&hops, 1, memory_order_acq_rel) + 1 < HOPS) {
		check_ret(smp_cross_call(&mask, kind, NULL), 0,
			  "smp_cross_call() from an interrupt handler");
	}
}

static void test_relay(void)
{
	struct cpumask first = cpumask_of(cpumask_first(&cpu_set));
	unsigned int cpu = cpumask_first(&first);

	atomic_store_explicit(&hops, 0, memory_order_relaxed);
	open_ledger();
	for (unsigned int i = 0; i < HOPS; i++) {
		expect_ipi(cpu, IPI_RESCHEDULE);
		cpu = next_hop(cpu);
	}
	set_ipi_hook(pass_on);
	check_ret(smp_cross_call(&first, IPI_RESCHEDULE, NULL), 0, "smp_cross_call()");
	wait_for(&hops, HOPS, "an IPI that is passed on from CPU to CPU");
	for_each_cpu(cpu, &cpu_set) {
		await_ipi(cpu, IPI_RESCHEDULE);
	}
	close_ledger();
	check_eq(hops, HOPS, "hops of a relay");
	set_ipi_hook(NULL);
}

const struct conform_test conform_ipi_tests[] = {
	{"ipi: every ordered pair and kind, exactly once", test_pairs, 1},
	{"ipi: a broadcast reaches each other CPU once, this one only when asked", test_broadcast,
	 1},
	{"ipi: random sets", test_random_sets, 1},
	{"ipi: smp_send_reschedule, nothing to itself", test_reschedule, 1},
	{"ipi: stores before a send are visible to the handler", test_stores, 1},
	{"ipi: stores before a send that coalesced are visible", test_two_senders, 4},
	{"ipi: sends from an interrupt handler", test_relay, 1},
	{NULL, NULL, 0},
};
