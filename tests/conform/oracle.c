/* SPDX-License-Identifier: MIT */
/* What was expected, and what came: missing, extra, unexpected. */
#include "tests/conform/hook.h"
#include "tests/conform/suite.h"

_Atomic uint64_t seen[CROSSCALL_NR_CPUS][NR_IPI];
_Atomic uint64_t reports;

static uint64_t expected[CROSSCALL_NR_CPUS][NR_IPI];
static _Atomic ipi_hook_t hook;

void set_ipi_hook(ipi_hook_t new_hook)
{
	/* release: pairs with the acquire in conform_note_ipi() */
	atomic_store_explicit(&hook, new_hook, memory_order_release);
}

bool irqs_masked(void)
{
	unsigned long state = port_local_irq_save();

	port_local_irq_restore(state);
	return state == 0;
}

void conform_note_ipi(unsigned int ipinr)
{
	/* acquire: pairs with the release in set_ipi_hook() */
	ipi_hook_t run = atomic_load_explicit(&hook, memory_order_acquire);

	check(irqs_masked(), "interrupts masked in an IPI's handler");
	check(in_interrupt(), "in_interrupt() in an IPI's handler");
	check(get_irq_regs() != NULL || ipinr == IPI_RESCHEDULE || ipinr == IPI_TIMER,
	      "get_irq_regs() in an IPI's handler");
	if (run != NULL) {
		run(ipinr);
	}
	/* release: what the hook stored; pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&seen[port_smp_processor_id()][ipinr], 1, memory_order_release);
}

void conform_note_report(const char *line)
{
	(void)line;
	atomic_fetch_add_explicit(&reports, 1, memory_order_relaxed);
}

void oracle_init(void)
{
	struct ipi_stats stats = {0};

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		for (unsigned int kind = 0; kind < NR_IPI; kind++) {
			check_ret(ipi_stats_read(cpu, kind, &stats), 0, "ipi_stats_read()");
			atomic_store_explicit(&seen[cpu][kind], stats.received,
					      memory_order_relaxed);
		}
	}
}

unsigned int next_kind(unsigned int from)
{
	while (from < NR_IPI && ((machine->kinds >> from) & 1) == 0) {
		from++;
	}
	return from;
}

static uint64_t seen_count(unsigned int cpu, unsigned int kind)
{
	return atomic_load_explicit(&seen[cpu][kind], memory_order_acquire);
}

void open_ledger(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		for (unsigned int kind = 0; kind < NR_IPI; kind++) {
			expected[cpu][kind] = seen_count(cpu, kind);
		}
	}
}

void expect_ipi(unsigned int cpu, unsigned int kind)
{
	expected[cpu][kind]++;
}

void await_ipi(unsigned int cpu, unsigned int kind)
{
	wait_for(&seen[cpu][kind], expected[cpu][kind], "an IPI to arrive");
}

void close_ledger(void)
{
	settle();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		for (unsigned int kind = 0; kind < NR_IPI; kind++) {
			uint64_t got = seen_count(cpu, kind);

			if (got < expected[cpu][kind]) {
				check_eq(got, expected[cpu][kind],
					 "missing IPIs of a kind on a CPU");
			} else {
				check_eq(got, expected[cpu][kind],
					 "extra or unexpected IPIs of a kind on a CPU");
			}
		}
	}
}

void tally_init(struct tally *tally, unsigned int caller)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		atomic_store_explicit(&tally->ran[cpu], 0, memory_order_relaxed);
	}
	atomic_store_explicit(&tally->total, 0, memory_order_relaxed);
	tally->caller = caller;
}

void tally_func(void *info)
{
	struct tally *tally = info;
	unsigned int cpu = port_smp_processor_id();

	check(irqs_masked(), "interrupts masked in a called function");
	if (cpu != tally->caller) {
		check(in_interrupt(), "in_interrupt() in a called function");
	}
	atomic_fetch_add_explicit(&tally->ran[cpu], 1, memory_order_relaxed);
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&tally->total, 1, memory_order_release);
}

void tally_check(const struct tally *tally, const struct cpumask *mask, uint64_t each)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		uint64_t want = cpumask_test_cpu(cpu, mask) ? each : 0;

		check_eq(atomic_load_explicit(&tally->ran[cpu], memory_order_relaxed), want,
			 want == 0 ? "runs on a CPU that was not asked"
				   : "runs on a CPU that was asked");
	}
}

uint64_t random_next(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t random_seed(unsigned int stream)
{
	uint64_t state = options.seed ^ ((uint64_t)stream << 32);

	return random_next(&state);
}

void random_mask(struct cpumask *mask, uint64_t *state)
{
	cpumask_clear(mask);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		if ((random_next(state) & 1) != 0) {
			cpumask_set_cpu(cpus[i], mask);
		}
	}
}
