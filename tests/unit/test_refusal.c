/* SPDX-License-Identifier: MIT */
/* Why a firmware does not start a CPU: each of its errors has words of its own, or its number. */
#include "kernel/aarch64/psci_refusal.h"
#include "kernel/percpu.h"
#include "kernel/riscv64/hsm_refusal.h"
#include "tests/unit/unit.h"

struct firmware {
	void (*refusal)(char *text, size_t size, long error);
	const char *starts; /* every text */
	long last;	    /* -1 .. last have words of their own */
};

static const struct firmware sbi = {hsm_refusal, "the firmware will not start it: ", -7};
static const struct firmware psci = {psci_refusal, "PSCI will not start it: ", -9};

/* The text without what every text starts with; it fits where the kernel keeps it. */
static const char *words_of(const struct firmware *firmware, long error)
{
	static char text[200];

	memset(text, 'x', sizeof(text));
	firmware->refusal(text, sizeof(text), error);
	assert_in_range(strlen(text), strlen(firmware->starts) + 1, REFUSAL_SIZE - 1);
	assert_memory_equal(text, firmware->starts, strlen(firmware->starts));
	return text + strlen(firmware->starts);
}

/* The numbers are those of SBI 2.0, chapter 3. */
static void sbi_words(void **state)
{
	(void)state;
	assert_string_equal(words_of(&sbi, -1), "it failed");
	assert_string_equal(words_of(&sbi, -2), "not supported");
	assert_string_equal(words_of(&sbi, -3), "it knows no such hart");
	assert_string_equal(words_of(&sbi, -4), "denied");
	assert_string_equal(words_of(&sbi, -5), "invalid address");
	assert_string_equal(words_of(&sbi, -6), "it runs already");
	assert_string_equal(words_of(&sbi, -7), "it was started already");
}

/* The numbers are those of Arm DEN 0022, section 5.2.2. */
static void psci_words(void **state)
{
	(void)state;
	assert_string_equal(words_of(&psci, -1), "not supported");
	assert_string_equal(words_of(&psci, -2), "it knows no such CPU");
	assert_string_equal(words_of(&psci, -3), "denied");
	assert_string_equal(words_of(&psci, -4), "it is on already");
	assert_string_equal(words_of(&psci, -5), "it is being started already");
	assert_string_equal(words_of(&psci, -6), "internal failure");
	assert_string_equal(words_of(&psci, -7), "it is not there");
	assert_string_equal(words_of(&psci, -8), "it is disabled");
	assert_string_equal(words_of(&psci, -9), "invalid entry address");
}

static void each_its_own(const struct firmware *firmware)
{
	for (long error = firmware->last; error < 0; error++) {
		char words[REFUSAL_SIZE];

		snprintf(words, sizeof(words), "%s", words_of(firmware, error));
		assert_null(strstr(words, "error"));
		for (long other = firmware->last; other < error; other++) {
			assert_string_not_equal(words, words_of(firmware, other));
		}
	}
}

static void told_apart(void **state)
{
	(void)state;
	each_its_own(&sbi);
	each_its_own(&psci);
}

static void unknown_is_a_number(void **state)
{
	static const struct firmware *const all[] = {&sbi, &psci};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char after_last[40];

		snprintf(after_last, sizeof(after_last), "error %ld", all[i]->last - 1);
		assert_string_equal(words_of(all[i], all[i]->last - 1), after_last);
		assert_string_equal(words_of(all[i], -1000), "error -1000");
		assert_string_equal(words_of(all[i], 7), "error 7");
		assert_string_equal(words_of(all[i], LONG_MIN), "error -9223372036854775808");
	}
}

static void cut_to_size(void **state)
{
	char text[10] = "xxxxxxxxx";

	(void)state;
	hsm_refusal(text, 6, -3);
	assert_string_equal(text, "the f");
	assert_int_equal(text[6], 'x');
	psci_refusal(text, 6, -100);
	assert_string_equal(text, "PSCI ");
	assert_int_equal(text[6], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sbi_words),   cmocka_unit_test(psci_words),
		cmocka_unit_test(told_apart),  cmocka_unit_test(unknown_is_a_number),
		cmocka_unit_test(cut_to_size),
	};

	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
