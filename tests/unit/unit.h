/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka with what it wants first, the library, and the fakes under
 * it. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <crosscall/crosscall.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A build may have fewer CPUs than a test would like: as many as there are, at most 'nr'. */
#define AT_MOST(nr) ((nr) < CROSSCALL_NR_CPUS ? (nr) : CROSSCALL_NR_CPUS)

/* ---- fake_port.c: the six hooks; the test says which CPU this is ---- */

extern unsigned int fake_cpu;
extern bool fake_masked;
extern char fake_panic_message[160];

/* True when fn(arg) ended in port_panic(). */
bool panics(void (*fn)(void *), void *arg);

/* ---- random numbers: the same each time ---- */

extern uint64_t random_state;
uint64_t random_next(void);
unsigned int random_below(unsigned int limit);
void random_cpumask(struct cpumask *mask, unsigned int nr_cpus);

/* ---- fake_sbi.c: a firmware, and what the driver did ---- */

struct fake_sbi {
	bool has_ipi;
	bool lazy;		  /* reports success and does nothing */
	const uint64_t *existing; /* the harts that there are; a call with another in it fails */
	unsigned int nr_existing;
	bool partial; /* a call that fails reaches those before the first that does not exist */
	unsigned int nr_calls;
	/* Who was reached; the order of things: e ecall, b fence before it, c clear, f fence. */
	uint64_t reached[1024];
	unsigned int nr_reached;
	char events[1024];
	size_t nr_events;
};

extern struct fake_sbi fake_sbi;
void fake_sbi_reset(void);
void fake_event(char event);
/* How often a hart was reached since the reset. */
unsigned int fake_sbi_reached(uint64_t hart);

#endif
