/* SPDX-License-Identifier: MIT */
/* Coalescing by exact counts, masking, and a second mux whose doorbell is a cross-call. */
#include "tests/conform/suite.h"

#define SECOND_IPIS 8

static struct ipi_stats stats_of(unsigned int cpu, unsigned int kind)
{
	struct ipi_stats stats = {0};

	check_ret(ipi_stats_read(cpu, kind, &stats), 0, "ipi_stats_read()");
	return stats;
}

static void send_times(unsigned int target, unsigned int kind, unsigned int times)
{
	struct cpumask mask = cpumask_of(target);

	for (unsigned int i = 0; i < times; i++) {
		check_ret(smp_cross_call(&mask, kind, NULL), 0, "smp_cross_call()");
	}
}

static void test_coalesce(void)
{
	unsigned int self = COORDINATOR;
	unsigned int target = cpus[1];
	unsigned int kind;

	open_ledger();
	hold(target);
	struct ipi_stats before = stats_of(self, IPI_RESCHEDULE);
	uint64_t rings = machine->doorbell->rings(self);

	send_times(target, IPI_RESCHEDULE, 10);
	struct ipi_stats after = stats_of(self, IPI_RESCHEDULE);

	check_eq(after.raised - before.raised, 10, "ten sends are raised ten times");
	if (machine->coalesces) {
		check_eq(after.sent - before.sent, 1, "ten sends to a masked CPU are sent once");
		check_eq(after.coalesced - before.coalesced, 9, "nine of ten sends coalesce");
		check_eq(machine->doorbell->rings(self) - rings, 1,
			 "ten sends to a masked CPU ring once");
	}
	for_each_kind(kind) {
		send_times(target, kind, 2);
		expect_ipi(target, kind);
	}
	if (machine->coalesces) {
		check_eq(machine->doorbell->rings(self) - rings, 1,
			 "a CPU that is on its way to look is not rung for another kind");
	}
	unhold(target);
	for_each_kind(kind) {
		await_ipi(target, kind);
	}
	close_ledger();
}

static void disable_kind(void *arg)
{
	check_ret(disable_percpu_irq(*(unsigned int *)arg), 0, "disable_percpu_irq()");
}

static void enable_kind(void *arg)
{
	check_ret(enable_percpu_irq(*(unsigned int *)arg), 0, "enable_percpu_irq()");
}

static void test_masked_kind(void)
{
	unsigned int kind = IPI_RESCHEDULE;
	unsigned int irq = machine->doorbell->base_irq + kind;
	unsigned int other;

	/*
	 * A CPU that polls gets the kind without a ring, and rings itself. A GICv2 keeps what is
	 * pending for each sender, so that would come on top of another's ring.
	 */
	no_polling();
	for (unsigned int i = 0; i < nr_cpus && i < 8; i++) {
		unsigned int target = cpus[nr_cpus - 1 - i];
		uint64_t count = irq_count(irq, target);

		open_ledger();
		run_on(target, disable_kind, &irq);
		send_times(target, kind, 3);
		for_each_kind(other) {
			if (other != kind) {
				send_times(target, other, 1);
				expect_ipi(target, other);
				await_ipi(target, other);
			}
		}
		close_ledger();
		expect_ipi(target, kind);
		run_on(target, enable_kind, &irq);
		await_ipi(target, kind);
		close_ledger();
		check_eq(irq_count(irq, target) - count, 1,
			 "irq_count() of a kind that fired once");
	}
}

/*
 * The second mux: its parent rings by an asynchronous cross-call to each CPU. 'rung' is the
 * parent's latch, read and cleared in one go (claim-like).
 */
struct second_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) struct call_single_data csd;
	_Atomic uint64_t rung;
	_Atomic uint64_t rings;
	_Atomic uint64_t fired[SECOND_IPIS];
};

static struct ipi_mux second;
static struct second_cpu second_cpus[CROSSCALL_NR_CPUS];
static unsigned int second_base;

static void second_entry(void *info)
{
	struct second_cpu *here = info;

	/* acq_rel: pairs with the exchange in second_send() */
	atomic_exchange_explicit(&here->rung, 0, memory_order_acq_rel);
	ipi_mux_process(&second);
}

static int second_send(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	unsigned int cpu;

	(void)data;
	for_each_cpu(cpu, mask) {
		struct second_cpu *there = &second_cpus[cpu];

		atomic_fetch_add_explicit(&there->rings, 1, memory_order_relaxed);
		/* acq_rel: pairs with the exchange in second_entry(); a set latch is about to be
		 * read */
		if (atomic_exchange_explicit(&there->rung, 1, memory_order_acq_rel) == 0 &&
		    smp_call_function_single_async(cpu, &there->csd) != 0) {
			cpumask_set_cpu(cpu, unreached);
		}
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static void second_handler(unsigned int irq, void *dev_id)
{
	struct second_cpu *here = dev_id;

	check(here == &second_cpus[port_smp_processor_id()], "dev_id is this CPU's element");
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&here->fired[irq - second_base], 1, memory_order_release);
}

static void second_enable(void *arg)
{
	unsigned int nr = *(unsigned int *)arg;

	for (unsigned int i = 0; i < nr; i++) {
		check_ret(enable_percpu_irq(second_base + i), 0, "enable_percpu_irq()");
	}
}

static void second_disable(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < SECOND_IPIS; i++) {
		check_ret(disable_percpu_irq(second_base + i), 0, "disable_percpu_irq()");
	}
}

static bool second_create(void)
{
	int base = ipi_mux_create(&second, SECOND_IPIS, second_send, NULL);

	if (!check(base > 0, "ipi_mux_create() of a second mux")) {
		return false;
	}
	second_base = (unsigned int)base;
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		second_cpus[cpu].csd.func = second_entry;
		second_cpus[cpu].csd.info = &second_cpus[cpu];
		for (unsigned int i = 0; i < SECOND_IPIS; i++) {
			atomic_store_explicit(&second_cpus[cpu].fired[i], 0, memory_order_relaxed);
		}
	}
	for (unsigned int i = 0; i < SECOND_IPIS; i++) {
		check_ret(request_percpu_irq(second_base + i, second_handler, "second", second_cpus,
					     sizeof(second_cpus[0])),
			  0, "request_percpu_irq()");
	}
	return true;
}

static void second_destroy(void)
{
	check_ret(ipi_mux_destroy(&second), -EBUSY, "ipi_mux_destroy() with handlers installed");
	check_ret(free_percpu_irq(second_base), -EBUSY,
		  "free_percpu_irq() while enabled somewhere");
	run_on_all(second_disable, NULL);
	for (unsigned int i = 0; i < SECOND_IPIS; i++) {
		check_ret(free_percpu_irq(second_base + i), 0, "free_percpu_irq()");
	}
	check_ret(ipi_mux_destroy(&second), 0, "ipi_mux_destroy()");
}

static void second_raise(const struct cpumask *mask, unsigned int ipi)
{
	struct ipi_send_result result = {0};
	unsigned long state = port_local_irq_save();

	check_ret(ipi_send_mask(second_base + ipi, mask, &result), 0, "ipi_send_mask()");
	port_local_irq_restore(state);
	check_eq(result.sent + result.coalesced, cpumask_weight(mask), "sent + coalesced");
}

static void second_await(unsigned int ipi, uint64_t times)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		wait_for(&second_cpus[cpus[i]].fired[ipi], times, "a second mux's IPI");
		check_eq(second_cpus[cpus[i]].fired[ipi], times, "a second mux's IPI fired");
	}
}

static void test_second(void)
{
	unsigned int nr = SECOND_IPIS - 1;

	if (!second_create()) {
		return;
	}
	open_ledger();
	run_on_all(second_enable, &nr);
	for (unsigned int ipi = 0; ipi < nr; ipi++) {
		second_raise(&cpu_set, ipi);
		second_await(ipi, 1);
	}
	/* The last one is still masked: it stays pending, without a ring, until each CPU unmasks
	 * it. */
	uint64_t rings = second_cpus[cpus[0]].rings;

	second_raise(&cpu_set, nr);
	settle();
	second_await(nr, 0);
	check_eq(second_cpus[cpus[0]].rings, rings, "a masked IPI rings nobody");
	nr = SECOND_IPIS;
	run_on_all(second_enable, &nr);
	second_await(nr - 1, 1);
	close_ledger();
	second_destroy();
}

const struct conform_test conform_mux_tests[] = {
	{"mux: sends to a CPU with masked interrupts coalesce, counted exactly", test_coalesce, 2},
	{"mux: a masked kind stays pending and fires once at the unmask", test_masked_kind, 1},
	{"mux: a second instance over cross-calls is independent", test_second, 1},
	{NULL, NULL, 0},
};
