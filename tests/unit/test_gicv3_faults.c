/* SPDX-License-Identifier: MIT */
/* The GICv3 doorbell over a fake GIC with faults: each is named, and costs only what it must. */
#include "irqchip/gic_common.h"
#include "tests/unit/gicv3_machine.h"

/* A fault of one CPU is that CPU's: it is named, and the others work. */
static void one_cpu_fails(int error, const char *word)
{
	struct cpumask all;

	machine_start(false, 6, error);
	assert_non_null(strstr(fake_gic_reported, word));
	cpumask_set_below(&all, MACHINE_CPUS);
	cpumask_clear_cpu(6, &all);
	assert_int_equal(smp_cross_call(&all, IPI_RESCHEDULE, NULL), 0);
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		machine_answer(cpu == 6 ? 0 : cpu);
		assert_int_equal(machine_handled[cpu][IPI_RESCHEDULE], cpu != 6);
	}
	machine_stop();
}

static void test_no_redistributor(void **state)
{
	struct ipi_send_result result = {0};
	struct cpumask both = cpumask_of(6);

	(void)state;
	fake_gic.absent = 1U << 6;
	one_cpu_fails(-ENXIO, "no redistributor");
	cpumask_set_cpu(1, &both);
	assert_int_equal(ipi_send_mask(machine_doorbell->base_irq, &both, &result), -EIO);
	assert_int_equal(result.sent, 1);
	assert_true(cpumask_test_cpu(6, &result.unreached));
	assert_int_equal(cpumask_weight(&result.unreached), 1);
}

static void test_asleep(void **state)
{
	(void)state;
	fake_gic.asleep = 1U << 6;
	one_cpu_fails(-ETIMEDOUT, "wake");
}

static void test_rdist_stuck(void **state)
{
	(void)state;
	fake_gic.rdist_stuck = 1U << 6;
	one_cpu_fails(-ETIMEDOUT, "RWP");
}

static void test_sre_stuck(void **state)
{
	(void)state;
	fake_gic.sre_stuck = 1U << 6;
	one_cpu_fails(-EOPNOTSUPP, "SRE");
}

static void test_no_sysregs(void **state)
{
	(void)state;
	fake_gic.no_sysregs = 1U << 6;
	one_cpu_fails(-EOPNOTSUPP, "ID_AA64PFR0");
}

/* Aff0 above 15: only where the distributor knows range selectors ... */
static void test_range_denied(void **state)
{
	(void)state;
	fake_gic.cpu[6].mpidr = 0x11;
	one_cpu_fails(-EOPNOTSUPP, "GICD_TYPER.RSS");
}

/* ... and from CPUs that can use one. */
static void test_range_sender(void **state)
{
	(void)state;
	fake_gic.range_selector = true;
	fake_gic.cpu[2].mpidr = 0xff;
	fake_gic.no_range = 1U << 6;
	one_cpu_fails(-EOPNOTSUPP, "ICC_CTLR_EL1.RSS");
}

static void test_version(void **state)
{
	(void)state;
	for (unsigned int version = 0; version < 16; version += version == 2 ? 3 : 1) {
		fake_gic_reset(version);
		assert_int_equal(machine_init(false), -EOPNOTSUPP);
		assert_non_null(strstr(fake_gic_reported, "version"));
	}
}

static void test_dist_stuck(void **state)
{
	(void)state;
	fake_gic.dist_stuck = true;
	assert_int_equal(machine_init(false), -ETIMEDOUT);
	assert_non_null(strstr(fake_gic_reported, "GICD_CTLR.RWP"));
}

/* Firmware that keeps 8 to 15 leaves eight kinds; the mux has all of them. */
static void test_secure_sgis(void **state)
{
	(void)state;
	fake_gic.secure_sgis = 0xff00;
	assert_int_equal(machine_init(false), 0);
	assert_int_equal(machine_doorbell->nr_irqs, 8);
	assert_int_equal(machine_init(true), 0);
	assert_int_equal(machine_doorbell->nr_irqs, NR_IPI);
	fake_gic.secure_sgis = 0xffe0; /* one kind too few */
	assert_int_equal(machine_init(false), -EOPNOTSUPP);
	assert_int_equal(machine_init(true), 0);
	fake_gic.secure_sgis = 0xffff;
	assert_int_equal(machine_init(false), -EOPNOTSUPP);
	assert_int_equal(machine_init(true), -EOPNOTSUPP);
}

/* A fault of the boot CPU leaves no doorbell at all: it must be the one that starts the others. */
static void test_boot_cpu(void **state)
{
	(void)state;
	fake_gic.absent = 1;
	assert_int_equal(machine_init(false), -ENXIO);
	fake_gic.absent = 0;
	fake_gic.no_sysregs = 1;
	assert_int_equal(machine_init(false), -EOPNOTSUPP);
	fake_gic.no_sysregs = 0;
	fake_gic.asleep = 1;
	assert_int_equal(machine_init(false), -ETIMEDOUT);
	fake_gic.asleep = 0;
	assert_int_equal(machine_init(false), 0);
	assert_int_equal(fake_gic.cpu[0].enabled, 1U << MACHINE_TIMER);
	assert_int_equal(fake_gic.cpu[0].pending, 0);
}

static void test_arguments(void **state)
{
	hwid_t twice[2] = {{1}, {1}};
	struct gicv3_region region = {fake_gic_rdists(0), fake_gic_rdists_size(0)};
	struct gicv3_config config = {.gic = {.dist = fake_gic_dist(),
					      .mpidr = twice,
					      .nr_cpus = 2,
					      .report = fake_gic_report},
				      .region = &region,
				      .nr_regions = 1};

	(void)state;
	assert_int_equal(gicv3_init(NULL, &machine_doorbell), -EINVAL);
	assert_int_equal(gicv3_init(&config, NULL), -EINVAL);
	assert_int_equal(gicv3_init(&config, &machine_doorbell), -EINVAL);
	config.gic.nr_cpus = 0;
	assert_int_equal(gicv3_init(&config, &machine_doorbell), -EINVAL);
	config.gic.nr_cpus = CROSSCALL_NR_CPUS + 1;
	assert_int_equal(gicv3_init(&config, &machine_doorbell), -ERANGE);
	config.gic.nr_cpus = 1;
	config.nr_regions = 0;
	assert_int_equal(gicv3_init(&config, &machine_doorbell), -EINVAL);
	config.nr_regions = 1;
	config.gic.private_mask = 1; /* an SGI */
	assert_int_equal(gicv3_init(&config, &machine_doorbell), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(test_no_redistributor), MACHINE_TEST(test_asleep),
		MACHINE_TEST(test_rdist_stuck),	     MACHINE_TEST(test_sre_stuck),
		MACHINE_TEST(test_no_sysregs),	     MACHINE_TEST(test_range_denied),
		MACHINE_TEST(test_range_sender),     MACHINE_TEST(test_version),
		MACHINE_TEST(test_dist_stuck),	     MACHINE_TEST(test_secure_sgis),
		MACHINE_TEST(test_boot_cpu),	     MACHINE_TEST(test_arguments),
	};

	return cmocka_run_group_tests_name("gicv3_faults", tests, NULL, NULL);
}
