/* SPDX-License-Identifier: MIT */
/* cpumask against a model: an array of bool. */
#include "tests/unit/unit.h"

#define NR CROSSCALL_NR_CPUS
#define ROUNDS 200

static void from_mask(bool *model, const struct cpumask *mask)
{
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		model[cpu] = cpumask_test_cpu(cpu, mask);
	}
}

static void test_single_bits(void **state)
{
	struct cpumask mask;

	(void)state;
	for (unsigned int cpu = 0; cpu < NR; cpu++) {
		mask = cpumask_of(cpu);
		assert_int_equal(cpumask_weight(&mask), 1);
		assert_int_equal(cpumask_first(&mask), cpu);
		assert_int_equal(cpumask_next(cpu, &mask), NR);
		assert_int_equal(cpumask_next_from(cpu, &mask), cpu);
		assert_true(cpumask_test_cpu(cpu, &mask));
		cpumask_clear_cpu(cpu, &mask);
		assert_true(cpumask_empty(&mask));
	}
}

static void test_not_members(void **state)
{
	const unsigned int none[] = {NR, NR + 1, NR + 64, UINT_MAX};
	struct cpumask mask;

	(void)state;
	cpumask_set_below(&mask, UINT_MAX);
	assert_int_equal(cpumask_weight(&mask), NR);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct cpumask before = mask;
		struct cpumask single = cpumask_of(none[i]);

		assert_false(cpumask_test_cpu(none[i], &mask));
		cpumask_clear_cpu(none[i], &mask);
		cpumask_set_cpu(none[i], &mask);
		assert_true(cpumask_equal(&mask, &before));
		assert_true(cpumask_empty(&single));
		assert_int_equal(cpumask_next_from(none[i], &mask), NR);
	}
}

static void test_below(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr <= NR; nr++) {
		struct cpumask mask;

		cpumask_set_below(&mask, nr);
		assert_int_equal(cpumask_weight(&mask), nr);
		assert_int_equal(cpumask_first(&mask), nr == 0 ? NR : 0);
		assert_int_equal(cpumask_next_from(nr, &mask), NR);
		assert_int_equal(cpumask_next_below(nr, NR, &mask), NR);
		for (unsigned int end = 0; end <= NR; end++) {
			assert_int_equal(cpumask_next_below(nr / 2, end, &mask),
					 nr / 2 < nr && nr / 2 < end ? nr / 2 : end);
		}
	}
}

static void test_algebra(void **state)
{
	static bool ma[NR];
	static bool mb[NR];

	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct cpumask a;
		struct cpumask b;
		struct cpumask both;
		struct cpumask either;
		struct cpumask only_a;
		bool subset = true;
		bool equal = true;

		random_cpumask(&a, NR);
		random_cpumask(&b, NR);
		if (round % 4 == 0) {
			cpumask_and(&b, &a, &b);
		}
		from_mask(ma, &a);
		from_mask(mb, &b);
		cpumask_and(&both, &a, &b);
		cpumask_or(&either, &a, &b);
		cpumask_andnot(&only_a, &a, &b);
		for (unsigned int cpu = 0; cpu < NR; cpu++) {
			assert_int_equal(cpumask_test_cpu(cpu, &both), ma[cpu] && mb[cpu]);
			assert_int_equal(cpumask_test_cpu(cpu, &either), ma[cpu] || mb[cpu]);
			assert_int_equal(cpumask_test_cpu(cpu, &only_a), ma[cpu] && !mb[cpu]);
			subset = subset && (ma[cpu] || !mb[cpu]);
			equal = equal && ma[cpu] == mb[cpu];
		}
		assert_int_equal(cpumask_subset(&b, &a), subset);
		assert_int_equal(cpumask_equal(&a, &b), equal);
	}
}

static void test_iterate(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct cpumask mask;
		unsigned int expected = 0;
		unsigned int weight = 0;
		unsigned int cpu;

		random_cpumask(&mask, NR);
		struct cpumask left = mask;

		for_each_cpu(cpu, &left) {
			while (!cpumask_test_cpu(expected, &mask)) {
				expected++;
			}
			assert_int_equal(cpu, expected++);
			cpumask_clear_cpu(cpu, &left);
			weight++;
		}
		assert_true(cpumask_empty(&left));
		assert_int_equal(weight, cpumask_weight(&mask));
	}
}

static void test_round_trip(void **state)
{
	static char text[NR * 6];

	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct cpumask mask;
		struct cpumask back;

		random_cpumask(&mask, NR);
		int len = cpumask_print_list(&mask, text, sizeof(text));

		assert_int_equal(len, strlen(text));
		cpumask_set_below(&back, 7);
		assert_int_equal(cpumask_parse_list(text, &back), 0);
		assert_true(cpumask_equal(&mask, &back));
		/* Every shorter buffer: -ERANGE, a NUL inside, and a text that is a subset. */
		for (int size = len < 40 ? len : 40; size >= 0; size--) {
			memset(text, 'x', sizeof(text));
			assert_int_equal(cpumask_print_list(&mask, text, (size_t)size), -ERANGE);
			assert_int_equal(text[size], 'x');
			if (size > 0) {
				assert_int_equal(cpumask_parse_list(text, &back), 0);
				assert_true(cpumask_subset(&back, &mask));
			}
		}
	}
}

static void test_print(void **state)
{
	static const char *const lists[] = {"",	     "0",     "0-3,8", "4-5",
					    "1,3,5", "0-511", "63-64", "510-511"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct cpumask mask;
		char text[64];

		if (cpumask_parse_list(lists[i], &mask) == -ERANGE) {
			continue; /* a build with fewer CPUs */
		}
		assert_int_equal(cpumask_print_list(&mask, text, sizeof(text)), strlen(lists[i]));
		assert_string_equal(text, lists[i]);
	}
}

static void test_parse_errors(void **state)
{
	static const char *const bad[] = {
		",",	 "0,", ",0",	  "0,,1",	   "a",	   "0-",   "-1",   "3-1",
		"1-2-3", " 0", "0 ",	  "0\n\n",	   "\n\n", "0-\n", "0,\n", "0x1",
		"1;2",	 "+1", "600-550", "99999999999-1",
	};
	static const char *const large[] = {"4096", "0-4096", "99999999999999999999",
					    "0,4294967296", "18446744073709551616"};
	struct cpumask mask = cpumask_of(5);
	struct cpumask before = mask;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(cpumask_parse_list(bad[i], &mask), -EINVAL);
		assert_true(cpumask_equal(&mask, &before));
	}
	for (size_t i = 0; i < ARRAY_SIZE(large); i++) {
		assert_int_equal(cpumask_parse_list(large[i], &mask), -ERANGE);
		assert_true(cpumask_equal(&mask, &before));
	}
	assert_int_equal(cpumask_parse_list("\n", &mask), 0);
	assert_true(cpumask_empty(&mask));
	assert_int_equal(cpumask_parse_list("0\n", &mask), 0);
	assert_int_equal(cpumask_first(&mask), 0);
	assert_int_equal(cpumask_parse_list("1,1,0-1", &mask), NR == 1 ? -ERANGE : 0);
	assert_int_equal(cpumask_weight(&mask), AT_MOST(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single_bits), cmocka_unit_test(test_not_members),
		cmocka_unit_test(test_below),	    cmocka_unit_test(test_algebra),
		cmocka_unit_test(test_iterate),	    cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_print),	    cmocka_unit_test(test_parse_errors),
	};

	return cmocka_run_group_tests_name("cpumask", tests, NULL, NULL);
}
