/* SPDX-License-Identifier: MIT */
/*
 * What code compiled with -fsanitize=thread calls. The names and types are the compiler's; an
 * access that is not
 * here is a link error, not a gap.
 */
#include "tests/model/explore/memory.h"

#define SITE __builtin_return_address(0)

#define PLAIN(size)                                                                                \
	void __tsan_read##size(void *address);                                                     \
	void __tsan_write##size(void *address);                                                    \
	void __tsan_read##size(void *address)                                                      \
	{                                                                                          \
		memory_plain(address, size, false);                                                \
	}                                                                                          \
	void __tsan_write##size(void *address)                                                     \
	{                                                                                          \
		memory_plain(address, size, true);                                                 \
	}

#define RMW(bits, type, name, op)                                                                  \
	type __tsan_atomic##bits##_##name(volatile type *address, type value, int order);          \
	type __tsan_atomic##bits##_##name(volatile type *address, type value, int order)           \
	{                                                                                          \
		return (type)memory_rmw((void *)address, sizeof(type), op, value, order, SITE);    \
	}

#define CAS(bits, type, name)                                                                      \
	int __tsan_atomic##bits##_##name(volatile type *address, type *expected, type desired,     \
					 int order, int failure_order);                            \
	int __tsan_atomic##bits##_##name(volatile type *address, type *expected, type desired,     \
					 int order, int failure_order)                             \
	{                                                                                          \
		uint64_t value = *expected;                                                        \
		bool done = memory_cas((void *)address, sizeof(type), &value, desired, order,      \
				       failure_order, SITE);                                       \
		*expected = (type)value;                                                           \
		return done;                                                                       \
	}

#define ATOMICS(bits, type)                                                                        \
	type __tsan_atomic##bits##_load(const volatile type *address, int order);                  \
	void __tsan_atomic##bits##_store(volatile type *address, type value, int order);           \
	type __tsan_atomic##bits##_load(const volatile type *address, int order)                   \
	{                                                                                          \
		return (type)memory_load((void *)address, sizeof(type), order, SITE);              \
	}                                                                                          \
	void __tsan_atomic##bits##_store(volatile type *address, type value, int order)            \
	{                                                                                          \
		memory_store((void *)address, sizeof(type), value, order, SITE);                   \
	}                                                                                          \
	RMW(bits, type, exchange, MEMORY_EXCHANGE)                                                 \
	RMW(bits, type, fetch_or, MEMORY_OR)                                                       \
	RMW(bits, type, fetch_and, MEMORY_AND)                                                     \
	RMW(bits, type, fetch_add, MEMORY_ADD)                                                     \
	RMW(bits, type, fetch_sub, MEMORY_SUBTRACT)                                                \
	CAS(bits, type, compare_exchange_strong)                                                   \
	CAS(bits, type, compare_exchange_weak)

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);
void __tsan_read_range(void *address, unsigned long size);
void __tsan_write_range(void *address, unsigned long size);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void)
{
}

void __tsan_read_range(void *address, unsigned long size)
{
	memory_plain(address, size, false);
}

void __tsan_write_range(void *address, unsigned long size)
{
	memory_plain(address, size, true);
}

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)
