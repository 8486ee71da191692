/* SPDX-License-Identifier: MIT */
/* The SBI doorbell over a fake firmware: partial failures, lies, and no extension at all. */
#include <setjmp.h>

#include "irqchip/sbi_ipi.h"
#include "tests/unit/unit.h"

#define NR 6

static const hwid_t harts[NR] = {{0}, {1}, {63}, {64}, {200}, {5}};
static const uint64_t all_harts[NR] = {0, 1, 63, 64, 200, 5};
static const struct doorbell *doorbell;
static unsigned int handled[NR];

static void handler(struct pt_regs *regs)
{
	assert_true(in_interrupt());
	assert_ptr_equal(regs, (struct pt_regs *)(void *)handled);
	handled[fake_cpu]++;
	fake_event('h');
}

static const struct ipi_ops ops = {.handler[IPI_RESCHEDULE] = handler,
				   .handler[IPI_TIMER] = handler};
static _Alignas(CROSSCALL_CACHE_LINE) unsigned char memory[CROSSCALL_MEMORY_SIZE(NR)];

static int setup(void **state)
{
	(void)state;
	fake_sbi_reset();
	fake_sbi.existing = all_harts;
	fake_sbi.nr_existing = NR;
	memset(handled, 0, sizeof(handled));
	assert_int_equal(crosscall_init(NR, memory, sizeof(memory), &ops), 0);
	assert_int_equal(sbi_ipi_init(harts, NR, &doorbell), 0);
	assert_int_equal(set_smp_ipi_range(doorbell->base_irq, doorbell->nr_irqs), 0);
	fake_masked = true;
	for (fake_cpu = 0; fake_cpu < NR; fake_cpu++) {
		assert_int_equal(doorbell->cpu_init(), 0);
		assert_int_equal(smp_cpu_starting(), 0);
	}
	fake_cpu = 0;
	fake_sbi.nr_events = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_masked = true;
	for (fake_cpu = 0; fake_cpu < NR; fake_cpu++) {
		/* Whatever a test left on its way. */
		doorbell->handle_irq((struct pt_regs *)(void *)handled);
		assert_int_equal(smp_cpu_dying(), 0);
		doorbell->cpu_exit();
	}
	return clear_smp_ipi_range();
}

static void answer(unsigned int cpu)
{
	fake_cpu = cpu;
	doorbell->handle_irq((struct pt_regs *)(void *)handled);
	fake_cpu = 0;
}

static void test_windows(void **state)
{
	struct cpumask all;
	uint64_t rings = doorbell->rings(0);

	(void)state;
	cpumask_set_below(&all, NR);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, NULL), 0);
	/* {0, 1, 5, 63}, {64}, {200} */
	assert_int_equal(fake_sbi.nr_calls, 3);
	assert_int_equal(doorbell->rings(0) - rings, 3);
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		assert_int_equal(fake_sbi_reached(harts[cpu].id), 1);
		answer(cpu);
		assert_int_equal(handled[cpu], 1);
	}
	assert_int_equal(fake_sbi.nr_reached, NR);
	assert_int_equal(doorbell->rings(CROSSCALL_NR_CPUS), 0);
	assert_int_equal(sbi_ipi_retries(CROSSCALL_NR_CPUS), 0);
}

/* What happens in which order: the fence before the call; the clear, its fence, then the handlers.
 */
static void test_order(void **state)
{
	struct cpumask one = cpumask_of(3);

	(void)state;
	assert_int_equal(smp_cross_call(&one, IPI_TIMER, NULL), 0);
	answer(3);
	fake_sbi.events[fake_sbi.nr_events] = '\0';
	assert_string_equal(fake_sbi.events, "becfh");
}

static void test_missing_hart(bool partial)
{
	static const uint64_t without_63[] = {0, 1, 64, 200, 5};
	struct cpumask all;
	struct cpumask unreached;
	struct cpumask expected = cpumask_of(2);
	uint64_t retries = sbi_ipi_retries(0);

	fake_sbi.existing = without_63;
	fake_sbi.nr_existing = ARRAY_SIZE(without_63);
	fake_sbi.partial = partial;
	cpumask_set_below(&all, NR);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, &unreached), -EIO);
	assert_true(cpumask_equal(&unreached, &expected));
	assert_int_equal(sbi_ipi_retries(0) - retries, 1);
	assert_int_equal(fake_sbi.nr_calls, 3 + 4);
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		if (cpu == 2) {
			assert_int_equal(fake_sbi_reached(harts[cpu].id), 0);
			continue;
		}
		assert_in_range(fake_sbi_reached(harts[cpu].id), 1, 2);
		/* Twice, where the hart was reached twice: it is handled once. */
		answer(cpu);
		answer(cpu);
		assert_int_equal(handled[cpu], 1);
	}
	struct ipi_stats stats;

	assert_int_equal(ipi_stats_read(0, IPI_RESCHEDULE, &stats), 0);
	assert_int_equal(stats.failed, 1);
	assert_int_equal(stats.sent, NR - 1);
	assert_int_equal(stats.raised, NR);
}

static void test_refused_whole(void **state)
{
	(void)state;
	test_missing_hart(false);
}

static void test_refused_part(void **state)
{
	(void)state;
	test_missing_hart(true);
}

/* A firmware that says yes and does nothing: nobody is told, and the bit stays for whoever looks.
 */
static void test_lazy(void **state)
{
	struct cpumask one = cpumask_of(4);

	(void)state;
	fake_sbi.lazy = true;
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	assert_int_equal(fake_sbi.nr_reached, 0);
	assert_int_equal(fake_sbi.nr_calls, 1);
	answer(4);
	assert_int_equal(handled[4], 1);
}

static void test_init_errors(void **state)
{
	const hwid_t twice[] = {{7}, {7}};
	const hwid_t all[] = {{UINT64_MAX}};
	const struct doorbell *out = NULL;

	(void)state;
	fake_sbi_reset();
	assert_int_equal(sbi_ipi_init(harts, NR, NULL), -EINVAL);
	assert_int_equal(sbi_ipi_init(NULL, NR, &out), -EINVAL);
	assert_int_equal(sbi_ipi_init(harts, 0, &out), -EINVAL);
	assert_int_equal(sbi_ipi_init(twice, 2, &out), -EINVAL);
	assert_int_equal(sbi_ipi_init(all, 1, &out), -EINVAL);
	fake_sbi.has_ipi = false;
	assert_int_equal(sbi_ipi_init(harts, NR, &out), -EOPNOTSUPP);
	assert_null(out);
	fake_sbi.has_ipi = true;
	assert_int_equal(sbi_ipi_init(harts, NR, &out), 0);
	assert_string_equal(out->name, "sbi-ipi");
	/* A second call starts over; with its range in use it does not, and changes nothing. */
	assert_int_equal(sbi_ipi_init(harts, NR, &out), 0);
	assert_int_equal(crosscall_init(NR, memory, sizeof(memory), &ops), 0);
	assert_int_equal(set_smp_ipi_range(out->base_irq, out->nr_irqs), 0);
	assert_int_equal(sbi_ipi_windows(), 3);
	assert_int_equal(sbi_ipi_init(harts, 1, &out), -EBUSY);
	assert_int_equal(sbi_ipi_windows(), 3);
	assert_int_equal(clear_smp_ipi_range(), 0);
}

/* CPUs that the doorbell was not told of: they are named, and cannot come online. */
static void test_unknown_cpus(void **state)
{
	struct cpumask all;
	struct cpumask unreached;
	struct cpumask unknown = cpumask_of(4);

	(void)state;
	cpumask_set_cpu(5, &unknown);
	fake_sbi_reset();
	assert_int_equal(sbi_ipi_init(harts, NR - 2, &doorbell), 0);
	assert_int_equal(crosscall_init(NR, memory, sizeof(memory), &ops), 0);
	assert_int_equal(set_smp_ipi_range(doorbell->base_irq, doorbell->nr_irqs), 0);
	fake_cpu = NR - 1;
	assert_int_equal(doorbell->cpu_init(), -ENXIO);
	fake_masked = true;
	for (fake_cpu = 0; fake_cpu < NR; fake_cpu++) {
		assert_int_equal(smp_cpu_starting(), 0); /* all the same */
	}
	fake_cpu = 0;
	cpumask_set_below(&all, NR);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, &unreached), -EIO);
	assert_true(cpumask_equal(&unreached, &unknown));
	teardown(state);
}

static jmp_buf out_of_sleep;
static int cleared;

static void clear_range_asleep(void)
{
	cleared = clear_smp_ipi_range();
	longjmp(out_of_sleep, 1);
}

/* A parked CPU is not online, and still hears the range. */
static void test_clear_while_parked(void **state)
{
	(void)state;
	assert_int_equal(smp_cpu_dying(), 0);
	if (setjmp(out_of_sleep) == 0) {
		(void)smp_park(clear_range_asleep);
	}
	assert_int_equal(cleared, -EBUSY);
	assert_int_equal(smp_cpu_starting(), 0);
}

static void test_cpu_init(void **state)
{
	(void)state;
	doorbell->cpu_init();
	doorbell->cpu_exit();
	fake_sbi.events[fake_sbi.nr_events] = '\0';
	/* Not cleared: it may be the ring of a word that is pending. */
	assert_string_equal(fake_sbi.events, "+-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init_errors),
		TEST(test_windows),
		TEST(test_order),
		TEST(test_refused_whole),
		TEST(test_refused_part),
		TEST(test_lazy),
		TEST(test_cpu_init),
		TEST(test_clear_while_parked),
		cmocka_unit_test(test_unknown_cpus),
	};

	return cmocka_run_group_tests_name("sbi_ipi", tests, NULL, NULL);
}
