/* SPDX-License-Identifier: MIT */
/* What rings SGIs, as properties: decode(encode(mask)) == mask, with the fewest writes. */
#include "irqchip/gic_sgi.h"
#include "tests/unit/unit.h"

#define MAX_CPUS AT_MOST(1024)
#define ROOM 1024 /* mpidrs[] has it in any build */

static struct gicv3_sgi_groups groups;
static hwid_t mpidrs[ROOM];
static unsigned int nr_cpus;

static uint64_t mpidr(unsigned int aff3, unsigned int aff2, unsigned int aff1, unsigned int aff0)
{
	return (uint64_t)aff3 << 32 | (uint64_t)aff2 << 16 | (uint64_t)aff1 << 8 | aff0;
}

/* Everything but the low four bits of Aff0. */
static uint64_t group_of(unsigned int cpu)
{
	return mpidrs[cpu].id & UINT64_C(0xff00fffff0);
}

/* How many different groups a set touches: no encoder can do with fewer writes. */
static unsigned int fewest(const struct cpumask *mask)
{
	unsigned int count = 0;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		unsigned int before = cpumask_first(mask);

		while (before < cpu && group_of(before) != group_of(cpu)) {
			before = cpumask_next(before, mask);
		}
		count += before == cpu;
	}
	return count;
}

/* Who is rung by a value, by the manual's fields (IHI 0069, ICC_SGI1R_EL1). */
static void decode(uint64_t value, struct cpumask *rung)
{
	unsigned int listed = 0;

	cpumask_clear(rung);
	for (unsigned int bit = 0; bit < 16; bit++) {
		if ((value >> bit & 1) == 0) {
			continue;
		}
		uint64_t aff0 = (value >> 44 & 0xf) * 16 + bit;
		uint64_t id = (value >> 48 & 0xff) << 32 | (value >> 32 & 0xff) << 16 |
			      (value >> 16 & 0xff) << 8 | aff0;
		unsigned int cpu = 0;

		while (cpu < nr_cpus && mpidrs[cpu].id != id) {
			cpu++;
		}
		/* A bit that is nobody's, or another group's, has leaked. */
		assert_true(cpu < nr_cpus);
		cpumask_set_cpu(cpu, rung);
		listed++;
	}
	assert_true(listed > 0);
}

static void round_trip(const struct cpumask *mask, unsigned int sgi)
{
	struct cpumask left = *mask;
	struct cpumask all = {{0}};
	unsigned int writes = 0;
	unsigned int nr;
	uint64_t value;

	while ((nr = gicv3_sgi_next(&groups, sgi, &left, &value)) != 0) {
		struct cpumask rung;
		struct cpumask both;

		assert_int_equal(value >> 40 & 1, 0); /* IRM */
		assert_int_equal(value >> 24 & 0xf, sgi);
		assert_int_equal(value & UINT64_C(0xff000f00f0000000), 0); /* reserved */
		decode(value, &rung);
		assert_int_equal(nr, cpumask_weight(&rung));
		cpumask_and(&both, &rung, &all);
		assert_true(cpumask_empty(&both));
		cpumask_or(&all, &all, &rung);
		writes++;
	}
	assert_true(cpumask_empty(&left));
	assert_true(cpumask_equal(&all, mask));
	assert_int_equal(writes, fewest(mask));
}

static void shuffle(void)
{
	for (unsigned int i = nr_cpus; i > 1; i--) {
		unsigned int j = random_below(i);
		hwid_t swap = mpidrs[i - 1];

		mpidrs[i - 1] = mpidrs[j];
		mpidrs[j] = swap;
	}
}

static void build(void)
{
	struct cpumask all;

	cpumask_set_below(&all, nr_cpus);
	assert_int_equal(gicv3_sgi_groups_build(&groups, mpidrs, nr_cpus), 0);
	assert_int_equal(groups.nr_groups, fewest(&all));
	round_trip(&all, 15);
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		assert_int_equal(gicv3_sgi_needs_range(&groups, cpu), (mpidrs[cpu].id & 0xff) > 15);
	}
}

static void every_mask(void)
{
	for (unsigned long bits = 0; bits < 1UL << nr_cpus; bits++) {
		struct cpumask mask = {.bits = {bits}};

		round_trip(&mask, (unsigned int)bits % 16);
	}
}

static void test_every_mask(void **state)
{
	static const unsigned int odd[8][4] = {
		{0, 0, 0, 0},  {0, 0, 0, 15}, {0, 0, 0, 16},	    {0, 0, 1, 0},
		{0, 1, 0, 15}, {1, 0, 0, 0},  {255, 255, 255, 255}, {0, 0, 0, 255},
	};

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		nr_cpus = AT_MOST(ARRAY_SIZE(odd));
		for (unsigned int i = 0; i < nr_cpus; i++) {
			mpidrs[i].id = mpidr(odd[i][0], odd[i][1], odd[i][2], odd[i][3]);
		}
		shuffle();
		build();
		every_mask();
	}
}

/* Sixteen CPUs: one group; two clusters that alternate; one CPU a cluster. */
static void test_sixteen(void **state)
{
	(void)state;
	nr_cpus = AT_MOST(16);
	for (unsigned int clusters = 1; clusters <= 16; clusters *= 2) {
		for (unsigned int i = 0; i < nr_cpus; i++) {
			mpidrs[i].id = mpidr(0, 0, i % clusters, i / clusters);
		}
		build();
		assert_int_equal(groups.nr_groups, AT_MOST(clusters));
		every_mask();
	}
}

/* As QEMU numbers them with a GICv3: 16 in each Aff1. */
static void test_qemu(void **state)
{
	(void)state;
	for (nr_cpus = 1; nr_cpus <= MAX_CPUS; nr_cpus += 1 + MAX_CPUS / 100) {
		for (unsigned int i = 0; i < nr_cpus; i++) {
			mpidrs[i].id = mpidr(0, 0, i / 16, i % 16);
		}
		build();
		assert_int_equal(groups.nr_groups, (nr_cpus + 15) / 16);
	}
}

/* Distinct affinities, dense in few groups or thin in many. */
static void random_topology(void)
{
	unsigned int aff1 = 1 + random_below(8);
	unsigned int aff0 = random_below(2) == 0 ? 16 : 256;
	uint64_t id = random_next() & UINT64_C(0xff00ff0000);

	nr_cpus = 1 + random_below(MAX_CPUS);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		uint64_t step = random_below(8) == 0 ? UINT64_C(1) << 32 : 0;

		mpidrs[i].id = mpidr(0, i / (aff1 * aff0), i / aff0 % aff1, i % aff0);
		mpidrs[i].id = (mpidrs[i].id + id + step) & UINT64_C(0xff00ffffff);
	}
	shuffle();
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 100; round++) {
		random_topology();
		build();
		for (unsigned int i = 0; i < 20; i++) {
			struct cpumask mask;

			random_cpumask(&mask, nr_cpus);
			round_trip(&mask, random_below(16));
		}
	}
}

/* Other bits of the register (U, MT, a one that is always there) are no affinity. */
static void test_other_bits(void **state)
{
	const hwid_t with[] = {{UINT64_C(0x81000000)}, {UINT64_C(0xc0000001)}, {2}};
	const hwid_t same[] = {{UINT64_C(0x80000003)}, {3}};
	struct cpumask left;
	uint64_t value;

	(void)state;
	if (CROSSCALL_NR_CPUS < 3) {
		return; /* cmocka 1.1 reports skip() as a failure */
	}
	assert_int_equal(gicv3_sgi_groups_build(&groups, with, 3), 0);
	cpumask_set_below(&left, 3);
	assert_int_equal(gicv3_sgi_next(&groups, 5, &left, &value), 3);
	assert_int_equal(value, 0x05000007);
	assert_int_equal(gicv3_sgi_groups_build(&groups, same, 2), -EINVAL);
}

static void test_errors(void **state)
{
	static hwid_t many[CROSSCALL_NR_CPUS + 1];
	struct cpumask left;
	uint64_t value = 77;

	(void)state;
	for (unsigned int i = 0; i <= CROSSCALL_NR_CPUS; i++) {
		many[i].id = i;
	}
	assert_int_equal(gicv3_sgi_groups_build(NULL, many, 1), -EINVAL);
	assert_int_equal(gicv3_sgi_groups_build(&groups, NULL, 1), -EINVAL);
	assert_int_equal(gicv3_sgi_groups_build(&groups, many, 0), -EINVAL);
	assert_int_equal(gicv3_sgi_groups_build(&groups, many, CROSSCALL_NR_CPUS + 1), -ERANGE);
	assert_int_equal(gicv3_sgi_groups_build(&groups, many, 1), 0);
	left = cpumask_of(1);
	assert_int_equal(0, gicv3_sgi_next(&groups, 0, &left, &value));
	assert_true(cpumask_empty(&left));
	assert_int_equal(value, 77);
	assert_false(gicv3_sgi_needs_range(&groups, 1));
}

static void test_v2_every_mask(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 50; round++) {
		uint8_t target[GICV2_MAX_CPUS] = {1, 2, 4, 8, 16, 32, 64, 128};
		unsigned int deaf = random_below(GICV2_MAX_CPUS + 1);

		for (unsigned int i = GICV2_MAX_CPUS; i > 1; i--) {
			unsigned int j = random_below(i);
			uint8_t swap = target[i - 1];

			target[i - 1] = target[j];
			target[j] = swap;
		}
		if (deaf < GICV2_MAX_CPUS) {
			target[deaf] = 0;
		}
		for (unsigned long bits = 0; bits < 1UL << AT_MOST(GICV2_MAX_CPUS); bits++) {
			struct cpumask mask = {.bits = {bits}};
			struct cpumask unreached = {{0}};
			struct cpumask rung = {{0}};
			uint32_t value = gicv2_sgir(target, bits % 16, &mask, &unreached);

			for (unsigned int cpu = 0; cpu < GICV2_MAX_CPUS; cpu++) {
				if ((value >> 16 & target[cpu]) != 0) {
					cpumask_set_cpu(cpu, &rung);
				}
			}
			assert_int_equal(value & 0xff00fff0, 0);
			assert_int_equal(value & 0xf, bits % 16);
			cpumask_or(&rung, &rung, &unreached);
			assert_true(cpumask_equal(&rung, &mask));
			assert_int_equal(cpumask_weight(&unreached), bits >> deaf & 1);
		}
	}
}

static void test_v2_ninth(void **state)
{
	const uint8_t target[GICV2_MAX_CPUS] = {1, 2, 4, 8, 16, 32, 64, 128};
	struct cpumask mask = cpumask_of(8);
	struct cpumask unreached = {{0}};

	(void)state;
	if (CROSSCALL_NR_CPUS < 9) {
		return; /* cmocka 1.1 reports skip() as a failure */
	}
	assert_int_equal(gicv2_sgir(target, 3, &mask, &unreached) & GICV2_SGIR_TARGETS, 0);
	assert_true(cpumask_equal(&unreached, &mask));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mask),    cmocka_unit_test(test_sixteen),
		cmocka_unit_test(test_qemu),	      cmocka_unit_test(test_random),
		cmocka_unit_test(test_other_bits),    cmocka_unit_test(test_errors),
		cmocka_unit_test(test_v2_every_mask), cmocka_unit_test(test_v2_ninth),
	};

	return cmocka_run_group_tests_name("gic_sgi", tests, NULL, NULL);
}
