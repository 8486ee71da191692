/* SPDX-License-Identifier: MIT */
/* Sends to one CPU through the mux: by the parent's operation for one, or as a set of one. */
#include "tests/unit/unit.h"

#define NR_IPIS 8
#define NR_TEST_CPUS 4

static struct ipi_mux mux;
static unsigned int base;
static unsigned int fired[NR_TEST_CPUS];
static unsigned int set_calls;
static unsigned int single_calls;
static unsigned int broken; /* this CPU cannot be rung */

static int parent_send(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	(void)data;
	set_calls++;
	if (cpumask_test_cpu(broken, mask)) {
		cpumask_set_cpu(broken, unreached);
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static int parent_send_single(void *data, unsigned int cpu)
{
	assert_ptr_equal(data, &fired);
	assert_true(fake_masked);
	single_calls++;
	return cpu == broken ? -EIO : 0;
}

static void handler(unsigned int irq, void *dev_id)
{
	(void)irq;
	(void)dev_id;
	fired[fake_cpu]++;
}

static void answer(unsigned int cpu)
{
	fake_cpu = cpu;
	ipi_mux_process(&mux);
	fake_cpu = 0;
}

static int send_single(unsigned int cpu, unsigned int ipi)
{
	unsigned long state = port_local_irq_save();
	int rung = ipi_send_single(base + ipi, cpu);

	port_local_irq_restore(state);
	return rung;
}

static void change_all(int (*change)(unsigned int))
{
	for (fake_cpu = NR_TEST_CPUS; fake_cpu-- != 0;) {
		for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
			assert_int_equal(change(base + ipi), 0);
		}
	}
	fake_cpu = 0;
}

static int setup(void **state)
{
	(void)state;
	memset(fired, 0, sizeof(fired));
	set_calls = 0;
	single_calls = 0;
	broken = NR_TEST_CPUS;
	fake_masked = false;
	int err = ipi_mux_create(&mux, NR_IPIS, parent_send, &fired);

	if (err <= 0) {
		return -1;
	}
	base = (unsigned int)err;
	for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
		assert_int_equal(request_percpu_irq(base + ipi, handler, "mux", NULL, 0), 0);
	}
	change_all(enable_percpu_irq);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	change_all(disable_percpu_irq);
	for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
		assert_int_equal(free_percpu_irq(base + ipi), 0);
	}
	return ipi_mux_destroy(&mux);
}

/* Rung once, coalesced while on its way, owed after a failure; 'calls' counts the parent's. */
static void check_sends(const unsigned int *calls)
{
	assert_int_equal(send_single(2, 5), 1);
	assert_int_equal(send_single(2, 1), 0);
	assert_int_equal(*calls, 1);
	answer(2);
	assert_int_equal(fired[2], 2);
	broken = 3;
	assert_int_equal(send_single(3, 1), -EIO);
	assert_int_equal(send_single(3, 2), -EIO);
	broken = NR_TEST_CPUS;
	assert_int_equal(send_single(3, 4), 1);
	assert_int_equal(send_single(3, 5), 0);
	answer(3);
	assert_int_equal(fired[3], 4);
	assert_int_equal(*calls, 4);
}

static void test_as_set(void **state)
{
	(void)state;
	check_sends(&set_calls);
}

static void test_single(void **state)
{
	(void)state;
	ipi_mux_set_send_single(&mux, parent_send_single);
	check_sends(&single_calls);
	assert_int_equal(set_calls, 0);
}

/* What one path left owed the other one makes up for. */
static void test_owed_across(void **state)
{
	struct cpumask mask = cpumask_of(3);
	struct ipi_send_result result = {0};

	(void)state;
	ipi_mux_set_send_single(&mux, parent_send_single);
	broken = 3;
	assert_int_equal(send_single(3, 1), -EIO);
	broken = NR_TEST_CPUS;
	assert_int_equal(ipi_send_mask(base + 2, &mask, &result), 0);
	assert_int_equal(result.sent, 1);
	assert_int_equal(set_calls, 1);
	assert_int_equal(send_single(3, 4), 0);
}

/* An unmask with something pending rings its CPU, as one. */
static void test_unmask(void **state)
{
	(void)state;
	ipi_mux_set_send_single(&mux, parent_send_single);
	fake_cpu = 1;
	assert_int_equal(disable_percpu_irq(base + 3), 0);
	fake_cpu = 0;
	assert_int_equal(send_single(1, 3), 0);
	assert_int_equal(single_calls, 0);
	fake_cpu = 1;
	assert_int_equal(enable_percpu_irq(base + 3), 0);
	assert_int_equal(single_calls, 1);
	answer(1);
	assert_int_equal(fired[1], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_as_set),
		TEST(test_single),
		TEST(test_owed_across),
		TEST(test_unmask),
	};

	return cmocka_run_group_tests_name("ipi_mux_single", tests, NULL, NULL);
}
