/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdint.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>

#include "core/call.h"
#include "core/smp.h"

/* Written by crosscall_init() only. */
static unsigned int nr_cpus;

/* Bit c is written by CPU c only. */
static _Atomic unsigned long online[CPUMASK_WORDS];

static _Atomic unsigned long *online_word(unsigned int cpu)
{
	return &online[cpu / CPUMASK_WORD_BITS];
}

unsigned int nr_cpu_ids(void)
{
	return nr_cpus;
}

bool cpumask_is_possible(const struct cpumask *mask)
{
	return cpumask_next_from(nr_cpus, mask) == CROSSCALL_NR_CPUS;
}

bool cpu_online(unsigned int cpu)
{
	/* rule 10, acquire: pairs with the release in smp_cpu_starting() */
	return cpu < nr_cpus && (atomic_load_explicit(online_word(cpu), memory_order_acquire) &
				 cpumask_bit(cpu)) != 0;
}

void cpumask_copy_online(struct cpumask *mask)
{
	cpumask_clear(mask);
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu += CPUMASK_WORD_BITS) {
		/* rule 10, acquire: pairs with the release in smp_cpu_starting() */
		mask->bits[cpu / CPUMASK_WORD_BITS] =
			atomic_load_explicit(online_word(cpu), memory_order_acquire);
	}
}

unsigned int num_online_cpus(void)
{
	struct cpumask mask;

	cpumask_copy_online(&mask);
	return cpumask_weight(&mask);
}

static bool library_slots_empty(const struct ipi_ops *ops)
{
	return ops->handler[IPI_CALL_FUNC] == NULL && ops->handler[IPI_IRQ_WORK] == NULL &&
	       ops->handler[IPI_WAKEUP] == NULL && ops->handler[IPI_TLB_FLUSH] == NULL;
}

int crosscall_init(unsigned int nr, void *memory, size_t size, const struct ipi_ops *ops)
{
	if (nr == 0 || memory == NULL || ops == NULL || !library_slots_empty(ops) ||
	    (uintptr_t)memory % CROSSCALL_CACHE_LINE != 0) {
		return -EINVAL;
	}
	if (nr > CROSSCALL_NR_CPUS || size < CROSSCALL_MEMORY_SIZE(nr)) {
		return -ERANGE;
	}
	if (num_online_cpus() != 0) {
		return -EBUSY;
	}
	nr_cpus = nr;
	kinds_init(ops);
	ipi_init();
	ipi_stats_init();
	idle_init();
	irq_work_init();
	crash_init();
	tlb_reset();
	parking_init();
	stop_init();
	/*
	 * The histograms first: their size is a multiple of a line, which keeps the requests
	 * aligned.
	 */
	latency_init(nr, memory);
	call_init(nr, (char *)memory + nr * sizeof(struct ipi_latency_cpu));
	return 0;
}

int smp_cpu_starting(void)
{
	unsigned int cpu = port_smp_processor_id();

	smp_assert_irqs_masked("smp_cpu_starting");
	if (cpu >= nr_cpus) {
		return -EINVAL;
	}
	if (cpu_online(cpu)) {
		return -EBUSY;
	}
	int err = kinds_enable();

	if (err != 0) {
		return err;
	}
	stop_forget();
	latency_forget();
	resched_owe_ring();
	/* rule 10, release: pairs with the acquire in cpu_online() and cpumask_copy_online() */
	atomic_fetch_or_explicit(online_word(cpu), cpumask_bit(cpu), memory_order_release);
	/*
	 * After: whoever finds the queue open finds the CPU online too (rule 9) and rings it. The
	 * other way round a request could be accepted whose ring is refused.
	 */
	call_queue_open();
	irq_work_open();
	kinds_enable_new();
	return 0;
}

int smp_cpu_dying(void)
{
	unsigned int cpu = port_smp_processor_id();

	smp_assert_irqs_masked("smp_cpu_dying");
	if (!cpu_online(cpu)) {
		return -ENXIO;
	}
	/* Stopped in an interrupt while it polled: whoever comes now finds that it does not. */
	(void)idle_take();
	call_queue_close();
	irq_work_close();
	/*
	 * After: who finds this CPU offline relies on it that nothing runs here any more. rule 10,
	 * release: what the functions stored, and the last use of its address space, come first;
	 * pairs with the acquires in cpumask_copy_online() and cpumask_split_online()
	 */
	atomic_fetch_and_explicit(online_word(cpu), ~cpumask_bit(cpu), memory_order_release);
	kinds_disable();
	return 0;
}
