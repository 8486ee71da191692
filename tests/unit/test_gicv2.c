/* SPDX-License-Identifier: MIT */
/* The GICv2 doorbell over a fake GIC. */
#include "irqchip/gic_common.h"
#include "irqchip/gicv2.h"
#include "tests/unit/fake_gic.h"

#define NR FAKE_GIC_CPUS
#define TIMER 30

static const struct doorbell *doorbell;
static unsigned int handled[NR];
static unsigned int timer_ticks[NR];

static void reschedule(struct pt_regs *regs)
{
	(void)regs;
	assert_true(in_interrupt());
	handled[fake_cpu]++;
	fake_gic_event('h');
}

static const struct ipi_ops ops = {.handler[IPI_RESCHEDULE] = reschedule};
static _Alignas(CROSSCALL_CACHE_LINE) unsigned char memory[CROSSCALL_MEMORY_SIZE(NR + 1)];

static void private_irq(unsigned int intid, struct pt_regs *regs)
{
	(void)regs;
	assert_int_equal(intid, TIMER);
	timer_ticks[fake_cpu]++;
	fake_gic_event('t');
}

static int init(bool mux, unsigned int nr_cpus)
{
	static const hwid_t mpidr[NR + 1] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}};
	const struct gicv2_config config = {
		.gic = {.dist = fake_gic_dist(),
			.mpidr = mpidr,
			.nr_cpus = nr_cpus,
			.mux = mux,
			.private_mask = 1U << TIMER,
			.private_irq = private_irq,
			.report = fake_gic_report},
		.cpu_interface = fake_gic_cpu_interface(),
	};

	fake_cpu = 0;
	fake_masked = true;
	memset(handled, 0, sizeof(handled));
	memset(timer_ticks, 0, sizeof(timer_ticks));
	return gicv2_init(&config, &doorbell);
}

/* All up, with one expected to fail (NR for none). */
static void start(bool mux, unsigned int nr_cpus, unsigned int failing)
{
	assert_int_equal(crosscall_init(nr_cpus, memory, sizeof(memory), &ops), 0);
	assert_int_equal(init(mux, nr_cpus), 0);
	assert_int_equal(set_smp_ipi_range(doorbell->base_irq, doorbell->nr_irqs), 0);
	for (fake_cpu = 0; fake_cpu < nr_cpus && fake_cpu < NR; fake_cpu++) {
		assert_int_equal(doorbell->cpu_init(), fake_cpu == failing ? -ENXIO : 0);
		if (fake_cpu != failing) {
			assert_int_equal(smp_cpu_starting(), 0);
		}
	}
	fake_cpu = 0;
	memset(fake_gic.events, 0, sizeof(fake_gic.events));
}

static void stop(void)
{
	for (fake_cpu = 0; fake_cpu < NR; fake_cpu++) {
		assert_int_equal(fake_gic.cpu[fake_cpu].bad_ends, 0);
		if (cpu_online(fake_cpu)) {
			assert_int_equal(smp_cpu_dying(), 0);
			doorbell->cpu_exit();
			assert_int_equal(fake_gic.cpu[fake_cpu].priority[0], 0xff);
		}
	}
	fake_cpu = 0;
	assert_int_equal(clear_smp_ipi_range(), 0);
}

static int fresh(void **state)
{
	(void)state;
	fake_gic_reset(2);
	return 0;
}

static void answer(unsigned int cpu)
{
	fake_cpu = cpu;
	doorbell->handle_irq(NULL);
	fake_cpu = 0;
}

/* One write reaches all of them; the target bits are what each CPU read. */
static void broadcast(bool mux)
{
	struct cpumask all;

	start(mux, NR, NR);
	assert_string_equal(doorbell->name, mux ? "gicv2-mux" : "gicv2");
	uint64_t rings = doorbell->rings(0);

	cpumask_set_below(&all, NR);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, NULL), 0);
	assert_int_equal(doorbell->rings(0) - rings, 1);
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		answer(cpu);
		assert_int_equal(handled[cpu], 1);
		assert_int_equal(fake_gic.cpu[cpu].pending, 0);
	}
	stop();
}

static void test_broadcast(void **state)
{
	(void)state;
	broadcast(false);
}

static void test_broadcast_mux(void **state)
{
	(void)state;
	broadcast(true);
}

static void test_order(void **state)
{
	struct cpumask one = cpumask_of(1);

	(void)state;
	start(false, NR, NR);
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	answer(1);
	assert_string_equal(fake_gic.events, "mw"
					     "ayeh");
	stop();
}

/* The source CPU in the acknowledgement must stand in its end: SGIs work from every CPU. */
static void test_every_source(void **state)
{
	struct cpumask one = cpumask_of(4);

	(void)state;
	start(false, NR, NR);
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		fake_cpu = cpu;
		assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
		answer(4);
		assert_int_equal(handled[4], cpu + 1);
		assert_int_equal(fake_gic.cpu[4].active, FAKE_NONE);
	}
	/* Two senders at once are two interrupts. */
	fake_cpu = 6;
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	fake_cpu = 7;
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	answer(4);
	answer(4);
	assert_int_equal(handled[4], NR + 2);
	stop();
}

static void test_spurious(void **state)
{
	(void)state;
	start(false, NR, NR);
	uint64_t before = gic_spurious_count(2);

	answer(2);
	assert_int_equal(gic_spurious_count(2), before + 1);
	assert_string_equal(fake_gic.events, "ay");
	stop();
}

static void test_private(void **state)
{
	(void)state;
	start(false, NR, NR);
	fake_gic.cpu[3].pending |= 1U << TIMER;
	answer(3);
	assert_int_equal(timer_ticks[3], 1);
	assert_string_equal(fake_gic.events, "ayte");
	stop();
}

/* The fake's SGIs cannot be disabled, as the architecture allows: masking must work anyway. */
static void test_mask(void **state)
{
	struct cpumask one = cpumask_of(0);

	(void)state;
	start(false, NR, NR);
	assert_int_equal(disable_percpu_irq(doorbell->base_irq + IPI_RESCHEDULE), 0);
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	answer(0);
	assert_int_equal(handled[0], 0);
	assert_int_equal(enable_percpu_irq(doorbell->base_irq + IPI_RESCHEDULE), 0);
	answer(0);
	assert_int_equal(handled[0], 1);
	stop();
}

static void test_no_target_bit(void **state)
{
	struct ipi_send_result result = {0};
	struct cpumask both = cpumask_of(6);

	(void)state;
	fake_gic.cpu[6].target = 0;
	start(false, NR, 6);
	assert_non_null(strstr(fake_gic_reported, "target bit"));
	cpumask_set_cpu(2, &both);
	assert_int_equal(ipi_send_mask(doorbell->base_irq, &both, &result), -EIO);
	assert_int_equal(result.sent, 1);
	assert_true(cpumask_test_cpu(6, &result.unreached));
	answer(2);
	assert_int_equal(handled[2], 1);
	stop();
}

static void test_ninth_cpu(void **state)
{
	(void)state;
	start(false, NR + 1, NR);
	fake_cpu = NR;
	assert_int_equal(doorbell->cpu_init(), -ENXIO);
	assert_non_null(strstr(fake_gic_reported, "8 CPUs"));
	stop();
}

/* A distributor for one CPU shows no target bits at all. */
static void test_single_cpu(void **state)
{
	struct cpumask self = cpumask_of(0);

	(void)state;
	fake_gic.single_cpu = true;
	fake_gic.cpu[0].target = 1;
	start(false, 1, NR);
	assert_int_equal(smp_cross_call(&self, IPI_RESCHEDULE, NULL), 0);
	answer(0);
	assert_int_equal(handled[0], 1);
	stop();
}

/* A second start while the first is in use changes nothing. */
static void test_in_use(void **state)
{
	struct cpumask self = cpumask_of(0);

	(void)state;
	start(false, NR, NR);
	assert_int_equal(init(true, 1), -EBUSY);
	assert_string_equal(doorbell->name, "gicv2");
	assert_int_equal(smp_cross_call(&self, IPI_RESCHEDULE, NULL), 0);
	answer(0);
	assert_int_equal(handled[0], 1);
	stop();
}

static void test_version(void **state)
{
	(void)state;
	for (unsigned int version = 0; version < 16; version += version == 1 ? 2 : 1) {
		fake_gic_reset(version);
		assert_int_equal(init(false, NR), -EOPNOTSUPP);
		assert_non_null(strstr(fake_gic_reported, "version"));
	}
}

static void test_secure_sgis(void **state)
{
	(void)state;
	fake_gic.secure_sgis = 0xff00;
	assert_int_equal(init(false, NR), 0);
	assert_int_equal(doorbell->nr_irqs, 8);
	fake_gic.secure_sgis = 0xffff;
	assert_int_equal(init(false, NR), -EOPNOTSUPP);
	assert_int_equal(init(true, NR), -EOPNOTSUPP);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_broadcast),	 TEST(test_broadcast_mux), TEST(test_order),
		TEST(test_every_source), TEST(test_spurious),	   TEST(test_private),
		TEST(test_mask),	 TEST(test_no_target_bit), TEST(test_ninth_cpu),
		TEST(test_in_use),	 TEST(test_single_cpu),	   TEST(test_version),
		TEST(test_secure_sgis),
	};

	return cmocka_run_group_tests_name("gicv2", tests, NULL, NULL);
}
