/* SPDX-License-Identifier: MIT */
/* The device tree reader on damaged trees: it never reads outside the blob, and always ends. */
#include "tests/unit/unit.h"

#include <libfdt.h>

#include "kernel/fdt.h"
#include "tests/unit/fdt_exercise.h"
#include "tests/unit/fdt_tree.h"

static void test_truncated(void **state)
{
	size_t size = write_tree();

	(void)state;
	for (size_t len = 0; len < size; len++) {
		assert_false(fdt_exercise(blob, len));
	}
	/* Truncated, and the header says so too. */
	for (size_t len = 40; len < size; len++) {
		fdt_set_totalsize(blob, (uint32_t)len);
		(void)fdt_exercise(blob, len);
	}
}

static void test_flipped(void **state)
{
	size_t size = write_tree();

	(void)state;
	for (size_t at = 0; at < size; at++) {
		uint8_t good = blob[at];

		for (unsigned int bit = 0; bit < 9; bit++) {
			blob[at] = bit == 8 ? (uint8_t)~good : (uint8_t)(good ^ 1U << bit);
			(void)fdt_exercise(blob, size);
		}
		blob[at] = good;
	}
	assert_true(fdt_exercise(blob, size));
}

static void test_mutated(void **state)
{
	static uint8_t good[16384];
	static const uint32_t nasty[] = {0, 1,		2,	    3,		4,
					 9, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc};
	size_t size = write_tree();
	unsigned int opened = 0;

	(void)state;
	assert_in_range(size, 40, sizeof(good));
	memcpy(good, blob, size);
	for (unsigned int round = 0; round < 20000; round++) {
		memcpy(blob, good, size);
		for (unsigned int i = random_below(4) + 1; i > 0; i--) {
			fdt32_t word = cpu_to_fdt32(nasty[random_below(ARRAY_SIZE(nasty))]);
			size_t at = random_below((unsigned int)size / 4 - 1) * 4;

			memcpy(blob + at, &word, sizeof(word));
		}
		opened += fdt_exercise(blob, size);
	}
	/* Most are refused, but not all: the readers behind dt_open() were exercised too. */
	assert_in_range(opened, 1, 19999);
}

static void test_errors_say_what(void **state)
{
	struct dt dt;
	size_t size = write_tree();

	(void)state;
	assert_non_null(dt_open(&dt, blob, 0));
	assert_non_null(dt_open(&dt, blob, 39));
	fdt_set_magic(blob, 0xd00dfeee);
	assert_non_null(strstr(dt_open(&dt, blob, size), "magic"));
	(void)write_tree();
	fdt_set_version(blob, 16);
	assert_non_null(strstr(dt_open(&dt, blob, size), "version"));
	(void)write_tree();
	fdt_set_off_dt_struct(blob, (uint32_t)size);
	assert_non_null(strstr(dt_open(&dt, blob, size), "structure"));
	(void)write_tree();
	fdt_set_off_dt_strings(blob, UINT32_MAX);
	assert_non_null(strstr(dt_open(&dt, blob, size), "strings"));
}

static void test_too_deep(void **state)
{
	struct dt dt;

	(void)state;
	for (unsigned int depth = DT_MAX_DEPTH - 1; depth <= DT_MAX_DEPTH + 1; depth++) {
		assert_int_equal(fdt_create(blob, sizeof(blob)), 0);
		assert_int_equal(fdt_finish_reservemap(blob), 0);
		for (unsigned int i = 0; i < depth; i++) {
			begin_node(i == 0 ? "" : "n");
		}
		for (unsigned int i = 0; i < depth; i++) {
			end_node();
		}
		assert_int_equal(fdt_finish(blob), 0);
		assert_int_equal(dt_open(&dt, blob, sizeof(blob)) == NULL, depth <= DT_MAX_DEPTH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_mutated),	  cmocka_unit_test(test_errors_say_what),
		cmocka_unit_test(test_too_deep),
	};

	return cmocka_run_group_tests_name("fdt_damage", tests, NULL, NULL);
}
