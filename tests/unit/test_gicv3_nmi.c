/* SPDX-License-Identifier: MIT */
/* Priority masking as pseudo-NMI: what passes the mask, and when it is not trusted. */
#include "irqchip/gic_common.h"
#include "tests/unit/gicv3_machine.h"

#define TARGET 1

static struct fake_gic_cpu *target(void)
{
	return &fake_gic.cpu[TARGET];
}

static void send(unsigned int kind)
{
	struct cpumask mask = cpumask_of(TARGET);

	assert_int_equal(smp_cross_call(&mask, kind, NULL), 0);
}

static unsigned int taken(unsigned int kind)
{
	return kind == IPI_CPU_BACKTRACE ? machine_nmi_handled : machine_handled[TARGET][kind];
}

/* Sends it to a CPU with this mask: it comes, or it stays pending. */
static void check_one(unsigned int kind, uint64_t mask, bool comes)
{
	unsigned int before = taken(kind);

	target()->sysreg[ICC_PMR_EL1] = mask;
	send(kind);
	machine_answer(TARGET);
	assert_int_equal(taken(kind), before + comes);
	target()->sysreg[ICC_PMR_EL1] = GIC_PRIORITY_OPEN;
	if (!comes) {
		machine_answer(TARGET);
		assert_int_equal(taken(kind), before + 1);
	}
}

static void passes_the_mask(bool mux)
{
	machine_nmi = true;
	machine_start(mux, MACHINE_CPUS, 0);
	assert_true(machine_doorbell->nmi);
	assert_int_equal(machine_doorbell->nmi_irq != 0, mux);
	check_one(IPI_CPU_BACKTRACE, GIC_PRIORITY_MASKED, true);
	check_one(IPI_CPU_BACKTRACE, GIC_PRIORITY_OPEN, true);
	check_one(IPI_RESCHEDULE, GIC_PRIORITY_MASKED, false);
	check_one(IPI_RESCHEDULE, GIC_PRIORITY_OPEN, true);
	machine_stop();
}

static void test_direct(void **state)
{
	(void)state;
	passes_the_mask(false);
}

static void test_mux(void **state)
{
	(void)state;
	passes_the_mask(true);
}

/* In an ordinary handler the mask replaces PSTATE.I; in an NMI-like one nothing changes. */
static void test_order(void **state)
{
	(void)state;
	machine_nmi = true;
	machine_start(false, MACHINE_CPUS, 0);
	send(IPI_RESCHEDULE);
	machine_answer(TARGET);
	assert_string_equal(fake_gic.events, "dsi"
					     "ayeuhk");
	assert_int_equal(target()->sysreg[ICC_PMR_EL1], GIC_PRIORITY_MASKED);
	memset(fake_gic.events, 0, sizeof(fake_gic.events));
	send(IPI_CPU_BACKTRACE);
	machine_answer(TARGET);
	assert_string_equal(fake_gic.events, "dsi"
					     "ayeb");
	machine_stop();
}

/* What the try leaves behind. */
static void test_settings(void **state)
{
	(void)state;
	machine_nmi = true;
	machine_start(false, MACHINE_CPUS, 0);
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		const struct fake_gic_cpu *here = &fake_gic.cpu[cpu];

		assert_int_equal(here->pending, 0);
		assert_int_equal(here->sysreg[ICC_PMR_EL1], GIC_PRIORITY_OPEN);
		for (unsigned int sgi = 0; sgi < 16; sgi++) {
			bool nmi = (IPI_NMI_KINDS >> sgi & 1) != 0;

			assert_int_equal(here->priority[sgi] < GIC_PRIORITY_MASKED, nmi);
		}
	}
	machine_stop();
}

/* A CPU that comes back while it masks by priority stays masked. */
static void test_comes_back(void **state)
{
	(void)state;
	machine_nmi = true;
	machine_start(false, MACHINE_CPUS, 0);
	fake_cpu = TARGET;
	target()->sysreg[ICC_PMR_EL1] = GIC_PRIORITY_MASKED;
	assert_int_equal(smp_cpu_dying(), 0);
	machine_doorbell->cpu_exit();
	assert_int_equal(machine_doorbell->cpu_init(), 0);
	assert_int_equal(smp_cpu_starting(), 0);
	assert_int_equal(target()->sysreg[ICC_PMR_EL1], GIC_PRIORITY_MASKED);
	fake_cpu = 0;
	machine_stop();
}

/* As stored by the non-secure world, with the mask as stored and as it is: the same order. */
static void test_views(void **state)
{
	static const uint8_t order[] = {GIC_PRIORITY_NMI, GIC_PRIORITY_MASKED, GIC_PRIORITY_SGI,
					GIC_PRIORITY_DEFAULT, GIC_PRIORITY_OPEN};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		assert_int_equal(order[i] % 16, 0);
		assert_true(i == 0 || order[i] > order[i - 1]);
	}
	assert_true((GIC_PRIORITY_NMI >> 1 | 0x80) < GIC_PRIORITY_MASKED);
	assert_true((GIC_PRIORITY_SGI >> 1 | 0x80) >= GIC_PRIORITY_MASKED);
	assert_true((GIC_PRIORITY_DEFAULT >> 1 | 0x80) < GIC_PRIORITY_OPEN);
}

static void refused(const char *why)
{
	machine_nmi = true;
	assert_int_equal(machine_init(false), 0);
	assert_false(machine_doorbell->nmi);
	assert_non_null(strstr(fake_gic_reported, why));
	assert_int_equal(fake_gic.cpu[0].pending, 0);
	assert_int_equal(fake_gic.cpu[0].priority[IPI_CPU_BACKTRACE], GIC_PRIORITY_SGI);
}

static void test_pmhe(void **state)
{
	(void)state;
	fake_gic.pmhe_stuck = true;
	refused("PMHE");
}

static void test_stuck(void **state)
{
	(void)state;
	fake_gic.mask_stuck = true;
	refused("does not take");
}

static void test_deaf_mask(void **state)
{
	(void)state;
	fake_gic.mask_shift = 0x50;
	refused("hold interrupts back");
}

static void test_no_such_kind(void **state)
{
	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	assert_int_equal(set_smp_nmi_irq(IPI_RESCHEDULE, 1), -EINVAL);
	assert_int_equal(set_smp_nmi_irq(NR_IPI, 1), -EINVAL);
	assert_int_equal(set_smp_nmi_irq(IPI_CPU_BACKTRACE, 1), -EBUSY);
	machine_stop();
	assert_int_equal(set_smp_nmi_irq(IPI_CPU_BACKTRACE, 1), -ENXIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(test_direct),	 MACHINE_TEST(test_mux),
		MACHINE_TEST(test_order),	 MACHINE_TEST(test_settings),
		MACHINE_TEST(test_views),	 MACHINE_TEST(test_pmhe),
		MACHINE_TEST(test_stuck),	 MACHINE_TEST(test_deaf_mask),
		MACHINE_TEST(test_no_such_kind), MACHINE_TEST(test_comes_back),
	};

	return cmocka_run_group_tests_name("gicv3_nmi", tests, NULL, NULL);
}
