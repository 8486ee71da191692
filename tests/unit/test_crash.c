/* SPDX-License-Identifier: MIT */
/* A crash stop that cannot be says so each time, and nobody is taken for the one that crashes. */
#include "tests/unit/unit.h"

#define NR 1

_Alignas(CROSSCALL_CACHE_LINE) static unsigned char memory[CROSSCALL_MEMORY_SIZE(NR)];

static void handler(struct pt_regs *regs)
{
	(void)regs;
}

static void crash_without(unsigned int missing)
{
	struct ipi_ops ops = {
		.handler = {[IPI_CPU_STOP] = handler, [IPI_CPU_CRASH_STOP] = handler},
	};
	struct cpumask silent = cpumask_of(0);

	ops.handler[missing] = NULL;
	assert_int_equal(crosscall_init(NR, memory, sizeof(memory), &ops), 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(smp_send_crash_stop(0, &silent), -EOPNOTSUPP);
		assert_true(cpumask_empty(&silent));
	}
}

static void test_no_handler(void **state)
{
	(void)state;
	crash_without(IPI_CPU_STOP);
	crash_without(IPI_CPU_CRASH_STOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
