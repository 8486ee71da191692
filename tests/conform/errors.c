/* SPDX-License-Identifier: MIT */
/* Arguments that can never be right, and numbers that nobody knows. */
#include "tests/conform/suite.h"

static _Atomic uint64_t ran;

static void count_run(void *info)
{
	(void)info;
	atomic_fetch_add_explicit(&ran, 1, memory_order_release);
}

static void test_cpu_numbers(void)
{
	const unsigned int bad[] = {nr_cpu_ids(), CROSSCALL_NR_CPUS, UINT32_MAX};
	static struct call_single_data csd = CSD_INIT(count_run, NULL);
	struct ipi_stats stats;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_ret(smp_call_function_single(bad[i], count_run, NULL, true), -EINVAL,
			  "a bad CPU");
		check_ret(smp_call_function_single(bad[i], count_run, NULL, false), -EINVAL,
			  "a bad CPU");
		check_ret(smp_call_function_single_async(bad[i], &csd), -EINVAL,
			  "async to a bad CPU");
		check(!csd_is_busy(&csd), "a refused request is not busy");
		check_ret(smp_send_reschedule(bad[i]), -EINVAL,
			  "smp_send_reschedule() to a bad CPU");
		check_ret(resched_cpu(bad[i]), -EINVAL, "resched_cpu() of a bad CPU");
		check_ret(ipi_stats_read(bad[i], IPI_RESCHEDULE, &stats), -EINVAL,
			  "stats of a bad CPU");
		check(!cpu_online(bad[i]), "cpu_online() of a bad CPU");
		check_eq(irq_count(machine->doorbell->base_irq, bad[i]), 0,
			 "irq_count() of a bad CPU");
		check_eq(irq_unexpected_count(bad[i]), 0, "irq_unexpected_count() of a bad CPU");
		check_eq(ipi_unknown_count(bad[i]), 0, "ipi_unknown_count() of a bad CPU");
	}
	settle();
	check_eq(ran, 0, "runs of calls that were refused");
}

static void test_null(void)
{
	struct call_single_data no_func = CSD_INIT(NULL, NULL);

	check_ret(smp_call_function_single(COORDINATOR, NULL, NULL, true), -EINVAL, "no function");
	check_ret(smp_call_function_single_async(COORDINATOR, NULL), -EINVAL, "no request");
	check_ret(smp_call_function_single_async(COORDINATOR, &no_func), -EINVAL, "no function");
	check_ret(smp_call_function_many(NULL, count_run, NULL, true), -EINVAL, "no set");
	check_ret(smp_call_function_many(&cpu_set, NULL, NULL, true), -EINVAL, "no function");
	check_ret(smp_call_function(NULL, NULL, true), -EINVAL, "no function");
	check_ret(on_each_cpu(NULL, NULL, true), -EINVAL, "no function");
	check_ret(on_each_cpu_mask(NULL, count_run, NULL, true), -EINVAL, "no set");
	check_ret(smp_cross_call(NULL, IPI_RESCHEDULE, NULL), -EINVAL, "no set");
	check_ret(ipi_stats_read(COORDINATOR, IPI_RESCHEDULE, NULL), -EINVAL, "no stats");
	settle();
	check_eq(ran, 0, "runs of calls that were refused");
}

static void test_impossible_sets(void)
{
	struct cpumask mask = cpu_set;

	if (nr_cpu_ids() == CROSSCALL_NR_CPUS) {
		skip("every CPU number that fits a set is possible");
		return;
	}
	for (unsigned int extra = nr_cpu_ids(); extra < CROSSCALL_NR_CPUS; extra = extra * 2 + 1) {
		struct cpumask unreached = {{0}};

		cpumask_set_cpu(extra, &mask);
		check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, &unreached), -EINVAL,
			  "a set too wide");
		check_ret(smp_call_function_many(&mask, count_run, NULL, true), -EINVAL,
			  "a set too wide");
		check_ret(on_each_cpu_mask(&mask, count_run, NULL, false), -EINVAL,
			  "a set too wide");
		cpumask_clear_cpu(extra, &mask);
	}
	settle();
	check_eq(ran, 0, "runs of calls that were refused");
}

static void test_kinds(void)
{
	struct cpumask self = cpumask_of(COORDINATOR);
	struct ipi_stats stats;

	check_ret(smp_cross_call(&self, NR_IPI, NULL), -EINVAL, "a kind past NR_IPI");
	check_ret(smp_cross_call(&self, UINT32_MAX, NULL), -EINVAL, "a kind far past NR_IPI");
	check_ret(ipi_stats_read(COORDINATOR, NR_IPI, &stats), -EINVAL, "stats past NR_IPI");
	check(ipi_name(IPI_CALL_FUNC) != NULL && ipi_name(NR_IPI) != NULL,
	      "ipi_name() of any kind");
	if (machine->empty_kind < NR_IPI) {
		check_ret(smp_cross_call(&self, machine->empty_kind, NULL), -EOPNOTSUPP,
			  "a kind without a handler");
	}
}

static void receive_unknown(unsigned int number, uint64_t times)
{
	unsigned long state = port_local_irq_save();

	for (uint64_t i = 0; i < times; i++) {
		handle_IPI(number, NULL);
	}
	port_local_irq_restore(state);
}

static void test_unknown(void)
{
	unsigned int number = machine->empty_kind < NR_IPI ? machine->empty_kind : NR_IPI + 7;
	uint64_t unknown = ipi_unknown_count(COORDINATOR);
	uint64_t reported = reports;

	receive_unknown(number, 3);
	check_eq(ipi_unknown_count(COORDINATOR) - unknown, 3, "unknown IPIs are counted");
	check_eq(reports - reported, 1, "an unknown IPI is reported once a number");
	receive_unknown(NR_IPI, 1);
	receive_unknown(UINT32_MAX, 1);
	check_eq(ipi_unknown_count(COORDINATOR) - unknown, 5, "unknown IPIs are counted");
	check(!in_interrupt(), "in_interrupt() after an unknown IPI");
	check(get_irq_regs() == NULL, "get_irq_regs() after an unknown IPI");
}

/* How an interrupt's entry and exit nest. */
static void test_context(void)
{
	long levels[2];
	unsigned long state = port_local_irq_save();
	struct pt_regs *first = (struct pt_regs *)&levels[0];
	struct pt_regs *second = (struct pt_regs *)&levels[1];

	check(!in_interrupt(), "in_interrupt() in thread context");
	struct pt_regs *none = irq_enter(first);

	check(in_interrupt() && get_irq_regs() == first, "the first level");
	struct pt_regs *outer = irq_enter(second);

	check(in_interrupt() && get_irq_regs() == second, "the second level");
	irq_exit(outer);
	check(in_interrupt() && get_irq_regs() == first, "the first level again");
	irq_exit(none);
	check(!in_interrupt() && get_irq_regs() == NULL, "outside again");
	port_local_irq_restore(state);
}

/* Masking nests and restores. */
static void test_masking(void)
{
	check(!irqs_masked(), "interrupts are enabled in thread context");
	unsigned long outer = port_local_irq_save();
	unsigned long inner = port_local_irq_save();

	check(outer != 0 && inner == 0, "port_local_irq_save() says what was");
	port_local_irq_restore(inner);
	check(irqs_masked(), "the inner restore leaves interrupts masked");
	port_local_irq_restore(outer);
	check(!irqs_masked(), "the outer restore enables interrupts");
	check(port_smp_processor_id() == COORDINATOR, "port_smp_processor_id()");
}

static void test_init_again(void)
{
	static const struct ipi_ops empty_ops;
	static _Alignas(CROSSCALL_CACHE_LINE) unsigned char memory[CROSSCALL_MEMORY_SIZE(1)];

	check_ret(crosscall_init(1, memory, sizeof(memory), &empty_ops), -EBUSY,
		  "crosscall_init() while a CPU is online");
	check_ret(set_smp_ipi_range(machine->doorbell->base_irq, machine->doorbell->nr_irqs),
		  -EBUSY, "set_smp_ipi_range() a second time");
	check_ret(clear_smp_ipi_range(), -EBUSY, "clear_smp_ipi_range() while a CPU is online");
}

const struct conform_test conform_error_tests[] = {
	{"error: CPU numbers that cannot be", test_cpu_numbers, 1},
	{"error: null pointers", test_null, 1},
	{"error: sets with CPUs that cannot be", test_impossible_sets, 1},
	{"error: kinds that cannot be sent", test_kinds, 1},
	{"error: unknown IPIs are counted, reported once, survived", test_unknown, 1},
	{"error: interrupt context nests", test_context, 1},
	{"error: masking nests", test_masking, 1},
	{"error: initialising while online", test_init_again, 1},
	{NULL, NULL, 0},
};
