/* SPDX-License-Identifier: MIT */
/* The memory model behind the instrumentation's entry points. 'site' is the caller's address. */
#ifndef TESTS_MODEL_EXPLORE_MEMORY_H
#define TESTS_MODEL_EXPLORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_op {
	MEMORY_EXCHANGE,
	MEMORY_OR,
	MEMORY_AND,
	MEMORY_ADD,
	MEMORY_SUBTRACT,
};

enum access_kind {
	LOAD,
	STORE,
	RMW,
};

/* What an access may have of an order. */
enum half {
	ACQUIRE,
	RELEASE,
	SEQ_CST,
	NR_HALVES,
};

/* sites.c: whether the access has it, unless it was taken away. Notes the site. */
bool site_has(uintptr_t address, enum half half, int order, enum access_kind kind);

uint64_t memory_load(void *address, unsigned int size, int order, void *site);
void memory_store(void *address, unsigned int size, uint64_t value, int order, void *site);
uint64_t memory_rmw(void *address, unsigned int size, enum memory_op op, uint64_t operand,
		    int order, void *site);
bool memory_cas(void *address, unsigned int size, uint64_t *expected, uint64_t desired, int order,
		int failure_order, void *site);
void memory_plain(const void *address, size_t size, bool write);

#endif
