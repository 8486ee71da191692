/* SPDX-License-Identifier: MIT */
/*
 * Sets of CPUs by dense number. Plain memory: no function here is atomic, none may wait, and all
 * are callable from any context. CPU numbers at or past CROSSCALL_NR_CPUS are no members of any
 * set: testing one says false, setting or clearing one does nothing.
 */
#ifndef CROSSCALL_CPUMASK_H
#define CROSSCALL_CPUMASK_H

#include <stdbool.h>
#include <stddef.h>

#include <crosscall/config.h>

#define CPUMASK_WORD_BITS ((unsigned int)(sizeof(unsigned long) * 8))
#define CPUMASK_WORDS ((CROSSCALL_NR_CPUS + CPUMASK_WORD_BITS - 1) / CPUMASK_WORD_BITS)

/* Bit c % word of word c / word is CPU c. Bits past CROSSCALL_NR_CPUS are always zero. */
struct cpumask {
	unsigned long bits[CPUMASK_WORDS];
};

static inline unsigned long cpumask_bit(unsigned int cpu)
{
	return 1UL << (cpu % CPUMASK_WORD_BITS);
}

static inline void cpumask_clear(struct cpumask *mask)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		mask->bits[i] = 0;
	}
}

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	if (cpu < CROSSCALL_NR_CPUS) {
		mask->bits[cpu / CPUMASK_WORD_BITS] |= cpumask_bit(cpu);
	}
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask)
{
	if (cpu < CROSSCALL_NR_CPUS) {
		mask->bits[cpu / CPUMASK_WORD_BITS] &= ~cpumask_bit(cpu);
	}
}

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return cpu < CROSSCALL_NR_CPUS &&
	       (mask->bits[cpu / CPUMASK_WORD_BITS] & cpumask_bit(cpu)) != 0;
}

/* The set {cpu}; empty when there can be no such CPU. */
static inline struct cpumask cpumask_of(unsigned int cpu)
{
	struct cpumask mask = {{0}};

	cpumask_set_cpu(cpu, &mask);
	return mask;
}

/* The set {0 .. nr - 1}, cut at CROSSCALL_NR_CPUS. */
static inline void cpumask_set_below(struct cpumask *mask, unsigned int nr)
{
	cpumask_clear(mask);
	for (unsigned int cpu = 0; cpu < nr && cpu < CROSSCALL_NR_CPUS; cpu++) {
		cpumask_set_cpu(cpu, mask);
	}
}

static inline void cpumask_and(struct cpumask *dst, const struct cpumask *a,
			       const struct cpumask *b)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		dst->bits[i] = a->bits[i] & b->bits[i];
	}
}

static inline void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		dst->bits[i] = a->bits[i] | b->bits[i];
	}
}

static inline void cpumask_andnot(struct cpumask *dst, const struct cpumask *a,
				  const struct cpumask *b)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		dst->bits[i] = a->bits[i] & ~b->bits[i];
	}
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		if (mask->bits[i] != 0) {
			return false;
		}
	}
	return true;
}

static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		if (a->bits[i] != b->bits[i]) {
			return false;
		}
	}
	return true;
}

static inline bool cpumask_subset(const struct cpumask *inner, const struct cpumask *outer)
{
	for (size_t i = 0; i < CPUMASK_WORDS; i++) {
		if ((inner->bits[i] & ~outer->bits[i]) != 0) {
			return false;
		}
	}
	return true;
}

/* How many CPUs are in the set. */
unsigned int cpumask_weight(const struct cpumask *mask);

/* The smallest member that is at least 'from'; CROSSCALL_NR_CPUS when there is none. */
unsigned int cpumask_next_from(unsigned int from, const struct cpumask *mask);

/*
 * The smallest member that is at least 'from' and below 'end'; 'end' when there is none. 'end' is
 * at most CROSSCALL_NR_CPUS. Looks at no more words than that takes.
 */
unsigned int cpumask_next_below(unsigned int from, unsigned int end, const struct cpumask *mask);

static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return cpumask_next_from(0, mask);
}

/* The smallest member greater than 'cpu'; CROSSCALL_NR_CPUS when there is none. */
static inline unsigned int cpumask_next(unsigned int cpu, const struct cpumask *mask)
{
	return cpumask_next_from(cpu + 1, mask);
}

/* Members in ascending order. The current member may be removed inside the loop. */
#define for_each_cpu(cpu, mask)                                                                    \
	for ((cpu) = cpumask_first(mask); (cpu) < CROSSCALL_NR_CPUS;                               \
	     (cpu) = cpumask_next(cpu, mask))

/* The same, for members below 'end' only. */
#define for_each_cpu_below(cpu, end, mask)                                                         \
	for ((cpu) = cpumask_next_below(0, end, mask); (cpu) < (end);                              \
	     (cpu) = cpumask_next_below((cpu) + 1, end, mask))

/*
 * Reads a list such as "0-3,8" (decimal numbers and ascending ranges, separated by single commas;
 * the empty string is the empty set; one trailing newline is allowed) into *mask.
 * Returns 0; -EINVAL for text that is no such list or a range that runs backwards; -ERANGE for a
 * CPU number past CROSSCALL_NR_CPUS - 1. On an error *mask is as it was.
 */
int cpumask_parse_list(const char *text, struct cpumask *mask);

/*
 * Writes the set as such a list, shortest form ("0-3,8"; two neighbours as "4-5"), with a NUL.
 * Returns the number of bytes before the NUL; -ERANGE when 'size' bytes do not hold all of it: then
 * the text ends at the last whole entry that fits (with 'size' 0 nothing is written).
 */
int cpumask_print_list(const struct cpumask *mask, char *text, size_t size);

#endif
