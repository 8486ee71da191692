/* SPDX-License-Identifier: MIT */
#include <crosscall/cpumask.h>
#include <crosscall/errno.h>

#include "core/bits.h"
#include "core/text.h"

unsigned int cpumask_weight(const struct cpumask *mask)
{
	unsigned int weight = 0;

	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		/*
		 * Clears the lowest bit each turn: sets are small, and no helper function is
		 * needed.
		 */
		for (unsigned long word = mask->bits[i]; word != 0; word &= word - 1) {
			weight++;
		}
	}
	return weight;
}

unsigned int cpumask_next_below(unsigned int from, unsigned int end, const struct cpumask *mask)
{
	if (from >= end) {
		return end;
	}
	const unsigned long *word = &mask->bits[from / CPUMASK_WORD_BITS];
	const unsigned long *last = &mask->bits[(end - 1) / CPUMASK_WORD_BITS];
	unsigned long bits = *word & (~0UL << (from % CPUMASK_WORD_BITS));

	while (bits == 0 && word != last) {
		bits = *++word;
	}
	if (bits == 0) {
		return end;
	}
	unsigned int cpu = (unsigned int)(word - mask->bits) * CPUMASK_WORD_BITS + lowest_bit(bits);

	return cpu < end ? cpu : end;
}

unsigned int cpumask_next_from(unsigned int from, const struct cpumask *mask)
{
	return cpumask_next_below(from, CROSSCALL_NR_CPUS, mask);
}

/*
 * Reads a number and moves *text past it. Numbers past the largest unsigned int read as that, so
 * that a range which runs backwards is seen as one, and all digits are read: -EINVAL wins over
 * -ERANGE for text that is no list.
 */
static int parse_number(const char **text, unsigned int *value)
{
	if (**text < '0' || **text > '9') {
		return -EINVAL;
	}
	*value = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		unsigned int digit = (unsigned int)(**text - '0');

		*value = *value > (~0U - digit) / 10 ? ~0U : *value * 10 + digit;
	}
	return 0;
}

/* Reads "3" or "3-5" into first and last. */
static int parse_range(const char **text, unsigned int *first, unsigned int *last)
{
	int err = parse_number(text, first);

	if (err != 0) {
		return err;
	}
	*last = *first;
	if (**text == '-') {
		(*text)++;
		err = parse_number(text, last);
	}
	if (err == 0 && *last < *first) {
		err = -EINVAL;
	}
	return err;
}

int cpumask_parse_list(const char *text, struct cpumask *mask)
{
	struct cpumask read = {{0}};
	bool out_of_range = false;
	bool more = *text != '\0' && *text != '\n';

	while (more) {
		unsigned int first;
		unsigned int last;
		int err = parse_range(&text, &first, &last);

		if (err != 0) {
			return err;
		}
		out_of_range |= last >= CROSSCALL_NR_CPUS;
		for (; first <= last && first < CROSSCALL_NR_CPUS; first++) {
			cpumask_set_cpu(first, &read);
		}
		more = *text == ',';
		text += more;
	}
	text += *text == '\n';
	if (*text != '\0') {
		return -EINVAL;
	}
	if (out_of_range) {
		return -ERANGE;
	}
	*mask = read;
	return 0;
}

/* The last CPU of the run of members that starts at 'first'. */
static unsigned int run_end(const struct cpumask *mask, unsigned int first)
{
	while (cpumask_test_cpu(first + 1, mask)) {
		first++;
	}
	return first;
}

int cpumask_print_list(const struct cpumask *mask, char *text, size_t size)
{
	size_t len = 0;

	if (size == 0) {
		return -ERANGE;
	}
	text[0] = '\0';
	for (unsigned int cpu = cpumask_first(mask); cpu < CROSSCALL_NR_CPUS;) {
		unsigned int end = run_end(mask, cpu);
		struct text entry;

		text_init(&entry);
		text_str(&entry, len == 0 ? "" : ",");
		text_dec(&entry, cpu);
		if (end != cpu) {
			text_str(&entry, "-");
			text_dec(&entry, end);
		}
		if (entry.len >= size - len) {
			return -ERANGE;
		}
		for (size_t i = 0; i <= entry.len; i++) {
			text[len + i] = entry.line[i];
		}
		len += entry.len;
		cpu = cpumask_next(end, mask);
	}
	return (int)len;
}
