/* SPDX-License-Identifier: MIT */
/* The GICv3 doorbell over a fake GIC: what it writes, in which order. */
#include "irqchip/gic_common.h"
#include "tests/unit/gicv3_machine.h"

/* CPUs of two clusters that alternate, and one far away. */
static void scatter(void)
{
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		fake_gic.cpu[cpu].mpidr = (cpu % 2) << 8 | cpu / 2;
	}
	fake_gic.cpu[5].mpidr = UINT64_C(0x0700090305);
}

static void broadcast(bool mux)
{
	struct cpumask all;

	scatter();
	machine_start(mux, MACHINE_CPUS, 0);
	assert_string_equal(machine_doorbell->name, mux ? "gicv3-mux" : "gicv3");
	assert_int_equal(gicv3_groups(), 3);
	uint64_t rings = machine_doorbell->rings(0);

	cpumask_set_below(&all, MACHINE_CPUS);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, NULL), 0);
	assert_int_equal(machine_doorbell->rings(0) - rings, 3);
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		machine_answer(cpu);
		assert_int_equal(machine_handled[cpu][IPI_RESCHEDULE], 1);
		assert_int_equal(fake_gic.cpu[cpu].active, FAKE_NONE);
		assert_int_equal(fake_gic.cpu[cpu].pending, 0);
	}
	machine_stop();
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

/* The fence, the writes, the isb; acknowledge, fence, end, handler. */
static void test_order(void **state)
{
	struct cpumask one = cpumask_of(1);

	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	machine_answer(1);
	assert_string_equal(fake_gic.events, "dsi"
					     "ayeh");
	/* The same for a set. */
	memset(fake_gic.events, 0, sizeof(fake_gic.events));
	cpumask_set_cpu(2, &one);
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	assert_string_equal(fake_gic.events, "dsi");
	machine_answer(1);
	machine_answer(2);
	machine_stop();
}

/* A second start while the first is in use changes nothing. */
static void test_in_use(void **state)
{
	struct cpumask one = cpumask_of(2);

	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	const struct doorbell *before = machine_doorbell;
	unsigned int base = before->base_irq;

	assert_int_equal(machine_init(true), -EBUSY);
	assert_ptr_equal(machine_doorbell, before);
	assert_int_equal(before->base_irq, base);
	assert_string_equal(before->name, "gicv3");
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	machine_answer(2);
	assert_int_equal(machine_handled[2][IPI_RESCHEDULE], 1);
	machine_stop();
}

static void test_spurious(void **state)
{
	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	uint64_t before = gic_spurious_count(2);

	machine_answer(2);
	assert_int_equal(gic_spurious_count(2), before + 1);
	assert_string_equal(fake_gic.events, "ay");
	assert_int_equal(gic_spurious_count(CROSSCALL_NR_CPUS), 0);
	machine_stop();
}

/* The timer's interrupt: lower than SGIs, handled before its end. */
static void test_private(void **state)
{
	struct cpumask one = cpumask_of(3);

	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	fake_gic.cpu[3].pending |= 1U << MACHINE_TIMER;
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	machine_answer(3);
	assert_int_equal(machine_handled[3][IPI_RESCHEDULE], 1);
	assert_int_equal(machine_ticks[3], 0);
	memset(fake_gic.events, 0, sizeof(fake_gic.events));
	machine_answer(3);
	assert_int_equal(machine_ticks[3], 1);
	assert_string_equal(fake_gic.events, "ayte");
	machine_stop();
}

static void test_mask(void **state)
{
	struct cpumask one = cpumask_of(0);

	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	assert_int_equal(disable_percpu_irq(machine_doorbell->base_irq + IPI_TIMER), 0);
	assert_int_equal(smp_cross_call(&one, IPI_TIMER, NULL), 0);
	machine_answer(0);
	assert_int_equal(machine_handled[0][IPI_TIMER], 0);
	assert_int_equal(enable_percpu_irq(machine_doorbell->base_irq + IPI_TIMER), 0);
	machine_answer(0);
	assert_int_equal(machine_handled[0][IPI_TIMER], 1);
	machine_stop();
}

static void test_settings(void **state)
{
	(void)state;
	machine_start(false, MACHINE_CPUS, 0);
	assert_false(fake_gic.group_before_routing);
	assert_int_equal(fake_gic.ctlr, 0x13);
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		const struct fake_gic_cpu *here = &fake_gic.cpu[cpu];

		assert_int_equal(here->group, 0xffffffff);
		assert_int_equal(here->sysreg[ICC_IGRPEN1_EL1], 1);
		assert_int_equal(here->sysreg[ICC_CTLR_EL1] & 2, 0);
		for (unsigned int sgi = 0; sgi < 16; sgi++) {
			assert_in_range(here->priority[sgi], 1, here->priority[MACHINE_TIMER] - 1);
		}
		assert_true(here->priority[MACHINE_TIMER] < here->sysreg[ICC_PMR_EL1]);
	}
	machine_stop();
}

/* A firmware left all on: the groups go off, affinity routing may not. */
static void test_firmware_settings(void **state)
{
	(void)state;
	fake_gic.ctlr = 0x13;
	machine_start(false, MACHINE_CPUS, 0);
	assert_false(fake_gic.routing_cleared);
	assert_int_equal(fake_gic.ctlr, 0x13);
	machine_stop();
}

static void test_range(void **state)
{
	(void)state;
	fake_gic.range_selector = true;
	fake_gic.cpu[2].mpidr = 0xff;
	fake_gic.cpu[6].mpidr = 0x12; /* its low bits are CPU 2's in no group but theirs */
	machine_start(false, MACHINE_CPUS, 0);
	struct cpumask one = cpumask_of(6);

	assert_int_equal(gicv3_groups(), 3);
	assert_int_equal(smp_cross_call(&one, IPI_RESCHEDULE, NULL), 0);
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		assert_int_equal(fake_gic.cpu[cpu].pending, cpu == 6);
	}
	machine_answer(6);
	machine_stop();
}

static void test_wide_redistributors(void **state)
{
	(void)state;
	fake_gic.vlpis = 1;
	broadcast(false);
}

static void test_version_4(void **state)
{
	(void)state;
	fake_gic.version = 4;
	broadcast(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(test_broadcast),
		MACHINE_TEST(test_broadcast_mux),
		MACHINE_TEST(test_in_use),
		MACHINE_TEST(test_order),
		MACHINE_TEST(test_spurious),
		MACHINE_TEST(test_private),
		MACHINE_TEST(test_mask),
		MACHINE_TEST(test_settings),
		MACHINE_TEST(test_firmware_settings),
		MACHINE_TEST(test_range),
		MACHINE_TEST(test_wide_redistributors),
		MACHINE_TEST(test_version_4),
	};

	return cmocka_run_group_tests_name("gicv3", tests, NULL, NULL);
}
