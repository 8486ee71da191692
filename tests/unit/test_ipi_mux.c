/* SPDX-License-Identifier: MIT */
/*
 * The mux over a fake parent, in one thread: the test decides when a CPU answers its ring, and
 * what happens at each point where the parent or a handler is called.
 */
#include "tests/unit/unit.h"

#define NR_IPIS 8
#define NR_TEST_CPUS 6

static struct ipi_mux mux;
static unsigned int base;

/* The parent. */
static bool rung[CROSSCALL_NR_CPUS]; /* the latch */
static unsigned int rings[CROSSCALL_NR_CPUS];
static struct cpumask broken; /* these cannot be rung */
static unsigned int parent_calls;
static void (*in_parent)(void); /* runs once, inside the parent's next send, before it rings */

static unsigned int fired[CROSSCALL_NR_CPUS][NR_IPIS];
static void (*in_handler)(void); /* runs once, inside the next handler */

static void run_once(void (**hook)(void))
{
	void (*run)(void) = *hook;

	*hook = NULL;
	if (run != NULL) {
		run();
	}
}

static int parent_send(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	unsigned int cpu;

	assert_ptr_equal(data, &rung);
	assert_true(fake_masked);
	assert_true(cpumask_empty(unreached));
	assert_false(cpumask_empty(mask));
	parent_calls++;
	run_once(&in_parent);
	for_each_cpu(cpu, mask) {
		if (cpumask_test_cpu(cpu, &broken)) {
			cpumask_set_cpu(cpu, unreached);
		} else {
			rung[cpu] = true;
			rings[cpu]++;
		}
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static void handler(unsigned int irq, void *dev_id)
{
	(void)dev_id;
	fired[fake_cpu][irq - base]++;
	run_once(&in_handler);
}

/* The interrupt's entry on a CPU, as often as its latch is set. */
static void answer(unsigned int cpu)
{
	unsigned int before = fake_cpu;

	fake_cpu = cpu;
	while (rung[cpu]) {
		rung[cpu] = false;
		ipi_mux_process(&mux);
	}
	fake_cpu = before;
}

static int send_to(const struct cpumask *mask, unsigned int ipi, struct ipi_send_result *result)
{
	unsigned long state = port_local_irq_save();

	*result = (struct ipi_send_result){0};
	int err = ipi_send_mask(base + ipi, mask, result);

	port_local_irq_restore(state);
	return err;
}

static int send_one(unsigned int cpu, unsigned int ipi)
{
	struct cpumask mask = cpumask_of(cpu);
	struct ipi_send_result result;

	return send_to(&mask, ipi, &result);
}

static void on(unsigned int cpu, int (*fn)(unsigned int), unsigned int ipi)
{
	unsigned int before = fake_cpu;

	fake_cpu = cpu;
	assert_int_equal(fn(base + ipi), 0);
	fake_cpu = before;
}

static int setup(void **state)
{
	(void)state;
	memset(rung, 0, sizeof(rung));
	memset(rings, 0, sizeof(rings));
	memset(fired, 0, sizeof(fired));
	cpumask_clear(&broken);
	parent_calls = 0;
	in_parent = NULL;
	in_handler = NULL;
	fake_cpu = 0;
	fake_masked = false;
	int err = ipi_mux_create(&mux, NR_IPIS, parent_send, &rung);

	if (err <= 0) {
		return -1;
	}
	base = (unsigned int)err;
	for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
		assert_int_equal(request_percpu_irq(base + ipi, handler, "mux", &fired, 0), 0);
		for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
			on(cpu, enable_percpu_irq, ipi);
		}
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
		for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
			on(cpu, disable_percpu_irq, ipi);
		}
		assert_int_equal(free_percpu_irq(base + ipi), 0);
	}
	return ipi_mux_destroy(&mux);
}

static void test_create(void **state)
{
	static struct ipi_mux other;

	(void)state;
	assert_int_equal(ipi_mux_create(NULL, 1, parent_send, NULL), -EINVAL);
	assert_int_equal(ipi_mux_create(&other, 1, NULL, NULL), -EINVAL);
	assert_int_equal(ipi_mux_create(&other, 0, parent_send, NULL), -EINVAL);
	assert_int_equal(ipi_mux_create(&other, 33, parent_send, NULL), -EINVAL);
	assert_true(ipi_mux_create(&other, 32, parent_send, NULL) > 0);
	assert_int_equal(ipi_mux_destroy(&other), 0);
	assert_int_equal(ipi_mux_destroy(NULL), -EINVAL);
	assert_int_equal(ipi_mux_destroy(&mux), -EBUSY);
	if (CROSSCALL_NR_IRQS <= 64) {
		struct ipi_mux *full = &other;

		assert_true(ipi_mux_create(full, 32, parent_send, NULL) > 0);
		struct ipi_mux *more = calloc(1, sizeof(*more));

		assert_int_equal(ipi_mux_create(more, 32, parent_send, NULL), -ENOSPC);
		free(more);
		assert_int_equal(ipi_mux_destroy(full), 0);
	}
}

static void test_every_bit(void **state)
{
	(void)state;
	for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
		for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
			assert_int_equal(send_one(cpu, ipi), 0);
			assert_true(rung[cpu]);
			answer(cpu);
			assert_int_equal(fired[cpu][ipi], 1);
		}
		assert_int_equal(rings[cpu], NR_IPIS);
	}
	for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
		assert_int_equal(fired[0][ipi], 1);
	}
}

static void test_coalesce(void **state)
{
	struct cpumask mask;
	struct ipi_send_result result;

	(void)state;
	cpumask_set_below(&mask, NR_TEST_CPUS);
	assert_int_equal(send_one(2, 5), 0);
	assert_int_equal(send_to(&mask, 5, &result), 0);
	assert_int_equal(result.sent, NR_TEST_CPUS - 1);
	assert_int_equal(result.coalesced, 1);
	assert_int_equal(parent_calls, 2);
	/* Another kind coalesces too, everywhere: the parent is not even called. */
	assert_int_equal(send_to(&mask, 1, &result), 0);
	assert_int_equal(result.sent, 0);
	assert_int_equal(result.coalesced, NR_TEST_CPUS);
	assert_int_equal(parent_calls, 2);
	for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
		answer(cpu);
		assert_int_equal(rings[cpu], 1);
		assert_int_equal(fired[cpu][5], 1);
		assert_int_equal(fired[cpu][1], 1);
	}
	cpumask_clear(&mask);
	assert_int_equal(send_to(&mask, 1, &result), 0);
	assert_int_equal(parent_calls, 2);
}

static void test_masked(void **state)
{
	struct cpumask mask = cpumask_of(1);
	struct ipi_send_result result;

	(void)state;
	on(1, disable_percpu_irq, 3);
	assert_int_equal(send_to(&mask, 3, &result), 0);
	assert_int_equal(result.coalesced, 1);
	assert_int_equal(rings[1], 0);
	/* A masked bit does not hide an unmasked one: that one still rings. */
	assert_int_equal(send_to(&mask, 4, &result), 0);
	assert_int_equal(result.sent, 1);
	answer(1);
	assert_int_equal(fired[1][4], 1);
	assert_int_equal(fired[1][3], 0);
	on(1, enable_percpu_irq, 3);
	assert_true(rung[1]);
	answer(1);
	assert_int_equal(fired[1][3], 1);
	/* Nothing pending: the unmask rings nobody. */
	on(1, disable_percpu_irq, 3);
	on(1, enable_percpu_irq, 3);
	assert_false(rung[1]);
}

static void mask_seven(void)
{
	assert_int_equal(disable_percpu_irq(base + 7), 0);
}

/*
 * A handler, of the lowest number, so the first, masks a kind that was taken in the same turn:
 * that stays pending and fires after the unmask.
 */
static void test_masked_by_handler(void **state)
{
	(void)state;
	assert_int_equal(send_one(1, 2), 0);
	assert_int_equal(send_one(1, 7), 0);
	in_handler = mask_seven;
	answer(1);
	assert_int_equal(fired[1][2], 1);
	assert_int_equal(fired[1][7], 0);
	on(1, enable_percpu_irq, 7);
	answer(1);
	assert_int_equal(fired[1][7], 1);
}

static void resend(void)
{
	assert_int_equal(send_one(fake_cpu, 2), 0);
}

/* A handler sends its own kind to its own CPU: another entry, not a lost one. */
static void test_self_from_handler(void **state)
{
	(void)state;
	assert_int_equal(send_one(4, 2), 0);
	in_handler = resend;
	answer(4);
	assert_int_equal(fired[4][2], 2);
}

static void answer_three(void)
{
	rung[3] = true;
	answer(3);
}

/* The target takes the bit between the sender's store and its ring: one run, and a ring that finds
 * nothing. */
static void test_taken_before_ring(void **state)
{
	(void)state;
	in_parent = answer_three;
	assert_int_equal(send_one(3, 6), 0);
	assert_int_equal(fired[3][6], 1);
	assert_true(rung[3]);
	answer(3);
	assert_int_equal(fired[3][6], 1);
}

static void test_failing_parent(void **state)
{
	struct cpumask mask;
	struct ipi_send_result result;

	(void)state;
	cpumask_set_below(&mask, NR_TEST_CPUS);
	broken = cpumask_of(2);
	assert_int_equal(send_to(&mask, 1, &result), -EIO);
	assert_int_equal(result.sent, NR_TEST_CPUS - 1);
	assert_true(cpumask_equal(&result.unreached, &broken));
	/* Still broken: it is tried again, not coalesced away. */
	assert_int_equal(send_one(2, 3), -EIO);
	cpumask_clear(&broken);
	assert_int_equal(send_one(2, 4), 0);
	assert_true(rung[2]);
	answer(2);
	assert_int_equal(fired[2][1], 1);
	assert_int_equal(fired[2][3], 1);
	assert_int_equal(fired[2][4], 1);
	/* Nothing is owed any more. */
	assert_int_equal(send_one(2, 4), 0);
	assert_int_equal(send_one(2, 5), 0);
	assert_int_equal(rings[2], 2);
	for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
		answer(cpu);
	}
}

static void test_failing_unmask(void **state)
{
	(void)state;
	on(2, disable_percpu_irq, 3);
	assert_int_equal(send_one(2, 3), 0);
	broken = cpumask_of(2);
	on(2, enable_percpu_irq, 3);
	assert_false(rung[2]);
	cpumask_clear(&broken);
	assert_int_equal(send_one(2, 3), 0);
	assert_true(rung[2]);
	answer(2);
	assert_int_equal(fired[2][3], 1);
}

/* Random sends, answers, masks and failures against a model: no active bit without a ring, none
 * lost. */
static void test_random(void **state)
{
	bool pending[NR_TEST_CPUS][NR_IPIS] = {{false}};
	bool enabled[NR_TEST_CPUS][NR_IPIS];

	(void)state;
	memset(enabled, true, sizeof(enabled));
	for (unsigned int round = 0; round < 200000; round++) {
		unsigned int cpu = random_below(NR_TEST_CPUS);
		unsigned int ipi = random_below(NR_IPIS);
		unsigned int what = random_below(8);
		bool active = false;

		if (what < 4) {
			assert_int_equal(send_one(cpu, ipi), 0);
			pending[cpu][ipi] = true;
		} else if (what < 5) {
			on(cpu, enabled[cpu][ipi] ? disable_percpu_irq : enable_percpu_irq, ipi);
			enabled[cpu][ipi] = !enabled[cpu][ipi];
		} else {
			memset(fired, 0, sizeof(fired));
			/* A ring for bits that were masked meanwhile finds nothing. */
			answer(cpu);
			for (unsigned int i = 0; i < NR_IPIS; i++) {
				bool due = pending[cpu][i] && enabled[cpu][i];

				assert_int_equal(fired[cpu][i], due);
				pending[cpu][i] = pending[cpu][i] && !due;
			}
		}
		for (unsigned int i = 0; i < NR_IPIS; i++) {
			active = active || (pending[cpu][i] && enabled[cpu][i]);
		}
		assert_true(!active || rung[cpu]);
	}
	for (unsigned int cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
		answer(cpu);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create),
		TEST(test_every_bit),
		TEST(test_coalesce),
		TEST(test_masked),
		TEST(test_masked_by_handler),
		TEST(test_self_from_handler),
		TEST(test_taken_before_ring),
		TEST(test_failing_parent),
		TEST(test_failing_unmask),
		TEST(test_random),
	};

	return cmocka_run_group_tests_name("ipi_mux", tests, NULL, NULL);
}
