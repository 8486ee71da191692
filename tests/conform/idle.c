/* SPDX-License-Identifier: MIT */
/* A CPU that polls while it idles: a store reaches it, no doorbell is rung, and nothing is lost. */
#include "tests/conform/hook.h"
#include "tests/conform/suite.h"

/* The CPU that polls, and what it found. */
static struct {
	_Atomic uint64_t polling;
	_Atomic bool stop;
	bool served;
	bool needed;
} party;

/* Plain memory on purpose: only the send orders it. */
static uint64_t payload;
static uint64_t seen_payload;
static _Atomic uint64_t runs;

static void note_run(void)
{
	seen_payload = payload;
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&runs, 1, memory_order_release);
}

static void note_kind(unsigned int kind)
{
	(void)kind;
	note_run();
}

static void note_call(void *info)
{
	(void)info;
	check(in_interrupt() && irqs_masked(), "a call is in interrupt context");
	note_run();
}

static void note_work(struct irq_work *work)
{
	(void)work;
	note_run();
}

static void poll_until_wanted(void *arg)
{
	unsigned long state = port_local_irq_save();
	const _Atomic uint32_t *word = smp_idle_poll_enter();

	(void)arg;
	check(need_resched() ||
		      atomic_load_explicit(word, memory_order_relaxed) == SMP_IDLE_POLLING,
	      "the word of a CPU that begins to poll");
	/* release: pairs with the acquire in wait_for() */
	atomic_store_explicit(&party.polling, 1, memory_order_release);
	while (!smp_idle_poll_wanted() &&
	       !atomic_load_explicit(&party.stop, memory_order_relaxed)) {
		port_cpu_relax();
	}
	party.served = smp_idle_poll_leave();
	party.needed = test_and_clear_need_resched();
	check(!smp_idle_poll_leave(), "leaving twice serves nothing");
	port_local_irq_restore(state);
}

static void start_polling(unsigned int target)
{
	atomic_store_explicit(&party.polling, 0, memory_order_relaxed);
	atomic_store_explicit(&party.stop, false, memory_order_relaxed);
	start_on(target, poll_until_wanted, NULL);
	wait_for(&party.polling, 1, "a CPU to poll");
}

static void stop_polling(unsigned int target)
{
	atomic_store_explicit(&party.stop, true, memory_order_relaxed);
	finish_on(target);
}

static void clear_flag(void *arg)
{
	(void)arg;
	(void)test_and_clear_need_resched();
}

static void begin(unsigned int target)
{
	no_polling();
	run_on(target, clear_flag, NULL);
	set_ipi_hook(note_kind);
}

static int send_one(unsigned int target, unsigned int kind)
{
	static struct irq_work work = {.func = note_work};
	struct cpumask mask = cpumask_of(target);

	payload++;
	switch (kind) {
	case IPI_CALL_FUNC:
		return smp_call_function_single(target, note_call, NULL, false);
	case IPI_IRQ_WORK:
		irq_work_sync(&work);
		return irq_work_queue_on(&work, target);
	default:
		return smp_cross_call(&mask, kind, NULL);
	}
}

/* What one send has cost its sender. */
struct cost {
	uint64_t rings;
	struct ipi_stats stats;
};

static struct cost cost_now(unsigned int kind)
{
	struct cost cost = {.rings = machine->doorbell->rings(port_smp_processor_id())};

	check_ret(ipi_stats_read(port_smp_processor_id(), kind, &cost.stats), 0,
		  "ipi_stats_read()");
	return cost;
}

static void check_cost(const struct cost *before, unsigned int kind, uint64_t polled, uint64_t sent)
{
	struct cost now = cost_now(kind);

	check_eq(now.stats.raised - before->stats.raised, polled + sent, "raised");
	check_eq(now.stats.polled - before->stats.polled, polled, "polled");
	check_eq(now.stats.sent - before->stats.sent, sent, "sent");
	check_eq(now.rings - before->rings, sent, "doorbells rung");
}

static uint64_t received(unsigned int cpu, unsigned int kind)
{
	struct ipi_stats stats = {0};

	check_ret(ipi_stats_read(cpu, kind, &stats), 0, "ipi_stats_read()");
	return stats.received;
}

/* TLB flushes have no function of the suite's. */
static void check_ran(unsigned int target, unsigned int kind, uint64_t took, uint64_t ran)
{
	check_eq(received(target, kind), took, "received by the CPU that polled");
	if (kind != IPI_TLB_FLUSH) {
		check_eq(runs, ran, "runs");
		check_eq(seen_payload, payload, "stores before the send are visible");
	}
}

static void try_kind(unsigned int target, unsigned int kind)
{
	uint64_t took = received(target, kind);
	uint64_t ran = runs;
	struct cost before;

	start_polling(target);
	before = cost_now(kind);
	check_ret(send_one(target, kind), 0, "a send to a CPU that polls");
	check_cost(&before, kind, 1, 0);
	finish_on(target);
	check(party.served && !party.needed, "it has served the kind");
	check_ran(target, kind, took + 1, ran + 1);

	hold(target);
	before = cost_now(kind);
	check_ret(send_one(target, kind), 0, "a send to a CPU that polls no more");
	check_cost(&before, kind, 0, 1);
	unhold(target);
	settle();
	check_ran(target, kind, took + 2, ran + 2);
}

static void test_kinds(void)
{
	begin(cpus[1]);
	try_kind(cpus[1], IPI_RESCHEDULE);
	try_kind(cpus[1], IPI_CALL_FUNC);
	try_kind(cpus[1], IPI_IRQ_WORK);
	try_kind(cpus[1], IPI_TLB_FLUSH);
	if ((machine->kinds & (1U << IPI_TIMER)) != 0) {
		try_kind(cpus[1], IPI_TIMER);
	}
	set_ipi_hook(NULL);
}

/* Kinds that interrupt a CPU whatever it does. */
static void test_others_ring(void)
{
	unsigned int target = cpus[1];
	unsigned int kind;

	begin(target);
	for_each_kind(kind) {
		if (kind != IPI_RESCHEDULE && kind != IPI_TIMER) {
			uint64_t took = received(target, kind);

			start_polling(target);
			struct cost before = cost_now(kind);

			check_ret(send_one(target, kind), 0, "a send");
			check_cost(&before, kind, 0, 1);
			check_eq(received(target, kind), took, "received while masked");
			stop_polling(target);
			check(!party.served, "leaving serves what was polled only");
			settle();
			check_eq(received(target, kind), took + 1, "received after the unmask");
		}
	}
	set_ipi_hook(NULL);
}

static void test_resched(void)
{
	unsigned int target = cpus[1];
	uint64_t took = received(target, IPI_RESCHEDULE);
	struct cost before;

	begin(target);
	start_polling(target);
	before = cost_now(IPI_RESCHEDULE);
	check_ret(resched_cpu(target), 0, "resched_cpu() of a CPU that polls");
	check_cost(&before, IPI_RESCHEDULE, 1, 0);
	finish_on(target);
	check(party.needed && !party.served, "it has found its flag, and nothing else");
	settle();
	check_eq(received(target, IPI_RESCHEDULE), took, "no IPI");

	/* Set before it polls: it does not even begin, and nobody rings twice. */
	hold(target);
	check_ret(resched_cpu(target), 0, "resched_cpu()");
	before = cost_now(IPI_RESCHEDULE);
	check_ret(resched_cpu(target), 0, "resched_cpu() with the flag set");
	check_eq(cost_now(IPI_RESCHEDULE).stats.skipped - before.stats.skipped, 1, "skipped");
	unhold(target);
	settle();
	start_polling(target);
	finish_on(target);
	check(party.needed && !party.served, "the flag was still set");
	set_ipi_hook(NULL);
}

static void count_run(void *info)
{
	(void)info;
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&runs, 1, memory_order_release);
}

/* One of the targets polls, the others are rung. */
static void test_broadcast(void)
{
	struct cpumask others = cpu_set;
	uint64_t ran = runs;
	struct cost before;

	begin(cpus[1]);
	cpumask_clear_cpu(COORDINATOR, &others);
	start_polling(cpus[1]);
	before = cost_now(IPI_CALL_FUNC);
	check_ret(smp_call_function_many(&others, count_run, NULL, true), 0,
		  "a call on all others");
	check_eq(runs, ran + nr_cpus - 1, "runs of a call on all others");
	finish_on(cpus[1]);
	struct cost now = cost_now(IPI_CALL_FUNC);

	check_eq(now.stats.polled - before.stats.polled, 1, "polled");
	check_eq(now.stats.sent - before.stats.sent, nr_cpus - 2, "sent");
	set_ipi_hook(NULL);
}

/* The CPU that polls sends to itself. */
static void send_to_self(void *arg)
{
	unsigned int self = port_smp_processor_id();
	unsigned long state = port_local_irq_save();
	uint64_t took = received(self, IPI_RESCHEDULE);
	struct cpumask me = cpumask_of(self);

	(void)arg;
	(void)smp_idle_poll_enter();
	check_ret(smp_cross_call(&me, IPI_RESCHEDULE, NULL), 0, "a send to this CPU");
	check(smp_idle_poll_wanted(), "wanted after a send to this CPU");
	check(smp_idle_poll_leave(), "served");
	check_eq(received(self, IPI_RESCHEDULE), took + 1, "received by leaving");
	port_local_irq_restore(state);
}

static void test_self(void)
{
	run_on_all(send_to_self, NULL);
}

/* A kind that is disabled on the CPU that polls waits for its enable, as with the doorbell. */
static void poll_disabled(void *arg)
{
	unsigned int irq = machine->doorbell->base_irq + IPI_RESCHEDULE;
	unsigned long state = port_local_irq_save();

	check_ret(disable_percpu_irq(irq), 0, "disable_percpu_irq()");
	poll_until_wanted(arg);
	port_local_irq_restore(state);
}

static void enable_it(void *arg)
{
	(void)arg;
	check_ret(enable_percpu_irq(machine->doorbell->base_irq + IPI_RESCHEDULE), 0,
		  "enable_percpu_irq()");
}

static void test_disabled(void)
{
	unsigned int target = cpus[1];
	uint64_t took = received(target, IPI_RESCHEDULE);

	begin(target);
	atomic_store_explicit(&party.polling, 0, memory_order_relaxed);
	atomic_store_explicit(&party.stop, false, memory_order_relaxed);
	start_on(target, poll_disabled, NULL);
	wait_for(&party.polling, 1, "a CPU to poll");
	check_ret(send_one(target, IPI_RESCHEDULE), 0, "a send of a kind that is disabled there");
	finish_on(target);
	settle();
	check_eq(received(target, IPI_RESCHEDULE), took, "received while disabled");
	run_on(target, enable_it, NULL);
	settle();
	check_eq(received(target, IPI_RESCHEDULE), took + 1, "received after the enable");
	set_ipi_hook(NULL);
}

const struct conform_test conform_idle_tests[] = {
	{"idle: a CPU that polls needs no doorbell, one that does not needs one", test_kinds, 2},
	{"idle: other kinds ring a CPU that polls", test_others_ring, 2},
	{"idle: resched_cpu() of a CPU that polls sends nothing", test_resched, 2},
	{"idle: a call on all rings those that do not poll", test_broadcast, 2},
	{"idle: a CPU that polls sends to itself", test_self, 1},
	{"idle: a disabled kind waits for its enable", test_disabled, 2},
	{NULL, NULL, 0},
};
