/* SPDX-License-Identifier: MIT */
/* Hart-mask windows as properties: decode(encode(mask)) == mask, with the fewest windows. */
#include "irqchip/sbi_window.h"
#include "tests/unit/unit.h"

#define MAX_HARTS AT_MOST(1024)
#define ROOM 1024 /* harts[] has it in any build */

static struct sbi_windows windows;
static hwid_t harts[ROOM];
static unsigned int nr_harts;

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The fewest windows of 64 that cover these harts: sorted, greedy. */
static unsigned int fewest(const struct cpumask *mask)
{
	uint64_t ids[MAX_HARTS];
	unsigned int nr = 0;
	unsigned int count = 0;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		ids[nr++] = harts[cpu].id;
	}
	qsort(ids, nr, sizeof(ids[0]), compare_ids);
	for (unsigned int i = 0; i < nr; count++) {
		uint64_t base = ids[i];

		while (i < nr && ids[i] - base < 64) {
			i++;
		}
	}
	return count;
}

static unsigned int cpu_of(uint64_t hart)
{
	for (unsigned int cpu = 0; cpu < nr_harts; cpu++) {
		if (harts[cpu].id == hart) {
			return cpu;
		}
	}
	return CROSSCALL_NR_CPUS;
}

/* Encodes, decodes each window by the specification, and compares. Returns the number of calls. */
static unsigned int round_trip(const struct cpumask *mask)
{
	struct cpumask left = *mask;
	struct cpumask decoded = {{0}};
	struct cpumask taken;
	unsigned long base;
	unsigned long bits;
	unsigned int calls = 0;

	while (sbi_windows_next(&windows, &left, &base, &bits, &taken)) {
		struct cpumask reached = {{0}};

		assert_true(bits != 0);
		assert_true(base != ~0UL);
		for (unsigned int bit = 0; bit < 64; bit++) {
			if ((bits >> bit & 1) != 0) {
				unsigned int cpu = cpu_of(base + bit);

				assert_true(cpu < nr_harts);
				assert_false(cpumask_test_cpu(cpu, &decoded));
				cpumask_set_cpu(cpu, &reached);
			}
		}
		assert_true(cpumask_equal(&reached, &taken));
		cpumask_or(&decoded, &decoded, &reached);
		calls++;
	}
	assert_true(cpumask_empty(&left));
	assert_true(cpumask_equal(&decoded, mask));
	return calls;
}

static void build(void)
{
	struct cpumask all;

	assert_int_equal(sbi_windows_build(&windows, harts, nr_harts), 0);
	cpumask_set_below(&all, nr_harts);
	assert_int_equal(windows.nr_windows, fewest(&all));
	assert_int_equal(round_trip(&all), windows.nr_windows);
}

static void shuffle(void)
{
	for (unsigned int i = nr_harts; i > 1; i--) {
		unsigned int j = random_below(i);
		hwid_t swap = harts[i - 1];

		harts[i - 1] = harts[j];
		harts[j] = swap;
	}
}

static void every_mask(void)
{
	for (unsigned long bits = 0; bits < 1UL << nr_harts; bits++) {
		struct cpumask mask = {.bits = {bits}};

		assert_in_range(round_trip(&mask), 0, windows.nr_windows);
	}
}

static void test_every_mask(void **state)
{
	static const uint64_t odd[] = {0, 1, 63, 64, 65, 127, 4095, UINT64_C(1) << 31};

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		for (nr_harts = 1; nr_harts <= AT_MOST(ARRAY_SIZE(odd)); nr_harts++) {
			for (unsigned int i = 0; i < nr_harts; i++) {
				harts[i].id = odd[ARRAY_SIZE(odd) - nr_harts + i];
			}
			shuffle();
			build();
			every_mask();
		}
	}
	nr_harts = AT_MOST(16);
	for (unsigned int i = 0; i < nr_harts; i++) {
		harts[i].id = i * UINT64_C(13);
	}
	shuffle();
	build();
	every_mask();
}

static void test_dense(void **state)
{
	struct cpumask mask;

	(void)state;
	for (nr_harts = 1; nr_harts <= MAX_HARTS; nr_harts += 1 + MAX_HARTS / 70) {
		for (unsigned int i = 0; i < nr_harts; i++) {
			harts[i].id = i;
		}
		build();
		assert_int_equal(windows.nr_windows, (nr_harts + 63) / 64);
		for (unsigned int i = 0; i < 20; i++) {
			random_cpumask(&mask, nr_harts);
			assert_in_range(round_trip(&mask), 0, windows.nr_windows);
		}
	}
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 100; round++) {
		uint64_t id = random_below(3) == 0 ? 0 : random_next() % UINT64_C(0xffffffff);
		unsigned int stride = 1 + random_below(round % 2 == 0 ? 3 : 100);

		nr_harts = 1 + random_below(MAX_HARTS);
		for (unsigned int i = 0; i < nr_harts; i++) {
			harts[i].id = id;
			id += 1 + random_below(stride);
		}
		shuffle();
		build();
		for (unsigned int i = 0; i < 20; i++) {
			struct cpumask mask;

			random_cpumask(&mask, nr_harts);
			assert_in_range(round_trip(&mask), 0, windows.nr_windows);
		}
	}
}

/* At the very top no window may run past the last id or take the "all harts" value as its base. */
static void test_top(void **state)
{
	(void)state;
	if (CROSSCALL_NR_CPUS < 3) {
		return; /* cmocka 1.1 reports skip() as a failure */
	}
	nr_harts = 3;
	harts[0].id = UINT64_MAX - 1;
	harts[1].id = UINT64_MAX - 64;
	harts[2].id = UINT64_MAX - 65;
	build();
	assert_int_equal(windows.nr_windows, 2);
	every_mask();
}

static void test_past_the_end(void **state)
{
	struct cpumask left;
	struct cpumask taken;
	unsigned long base = 77;
	unsigned long bits = 0;

	(void)state;
	if (CROSSCALL_NR_CPUS < 5) {
		return; /* cmocka 1.1 reports skip() as a failure */
	}
	nr_harts = 4;
	for (unsigned int i = 0; i < nr_harts; i++) {
		harts[i].id = i * 100;
	}
	build();
	left = cpumask_of(4);
	cpumask_set_cpu(CROSSCALL_NR_CPUS - 1, &left);
	assert_false(sbi_windows_next(&windows, &left, &base, &bits, &taken));
	assert_true(cpumask_empty(&left));
	assert_int_equal(base, 77);
	left = cpumask_of(2);
	cpumask_set_cpu(4, &left);
	assert_true(sbi_windows_next(&windows, &left, &base, &bits, &taken));
	assert_int_equal(base, 200);
	assert_int_equal(bits, 1);
	assert_false(sbi_windows_next(&windows, &left, &base, &bits, &taken));
}

static void test_errors(void **state)
{
	static hwid_t many[CROSSCALL_NR_CPUS + 1];
	const hwid_t twice[] = {{3}, {4}, {3}};
	const hwid_t all[] = {{3}, {UINT64_MAX}};
	const int narrow = CROSSCALL_NR_CPUS < 3 ? -ERANGE : -EINVAL;

	(void)state;
	for (unsigned int i = 0; i <= CROSSCALL_NR_CPUS; i++) {
		many[i].id = i;
	}
	assert_int_equal(sbi_windows_build(&windows, many, 0), -EINVAL);
	assert_int_equal(sbi_windows_build(&windows, NULL, 1), -EINVAL);
	assert_int_equal(sbi_windows_build(NULL, many, 1), -EINVAL);
	assert_int_equal(sbi_windows_build(&windows, many, CROSSCALL_NR_CPUS + 1), -ERANGE);
	assert_int_equal(sbi_windows_build(&windows, many, CROSSCALL_NR_CPUS), 0);
	assert_int_equal(sbi_windows_build(&windows, twice, 3), narrow);
	assert_int_equal(sbi_windows_build(&windows, all, 2), narrow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mask),   cmocka_unit_test(test_dense),
		cmocka_unit_test(test_random),	     cmocka_unit_test(test_top),
		cmocka_unit_test(test_past_the_end), cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests_name("sbi_window", tests, NULL, NULL);
}
