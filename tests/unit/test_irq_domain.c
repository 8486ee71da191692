/* SPDX-License-Identifier: MIT */
/* Domains, per-CPU interrupts and their counters, over a chip that only notes what it is told. */
#include "tests/unit/unit.h"

static struct {
	unsigned int masked[64];
	unsigned int unmasked[64];
	unsigned int sent;
	bool masked_interrupts;
} chip_calls;

static struct irq_domain domain;
static bool nmi_before_mask;

static void chip_mask(struct irq_data *data)
{
	if (nmi_before_mask) {
		(void)generic_handle_domain_irq(&domain, data->hwirq);
	}
	chip_calls.masked[data->hwirq]++;
	chip_calls.masked_interrupts = fake_masked;
}

static void chip_unmask(struct irq_data *data)
{
	chip_calls.unmasked[data->hwirq]++;
	chip_calls.masked_interrupts = fake_masked;
}

static int chip_send(struct irq_data *data, const struct cpumask *mask,
		     struct ipi_send_result *result)
{
	(void)data;
	chip_calls.sent++;
	result->sent += cpumask_weight(mask);
	return 0;
}

static const struct irq_chip chip = {.name = "noting",
				     .irq_mask = chip_mask,
				     .irq_unmask = chip_unmask,
				     .ipi_send_mask = chip_send};
static const struct irq_chip deaf_chip = {
	.name = "deaf", .irq_mask = chip_mask, .irq_unmask = chip_unmask};

struct element {
	unsigned int handled;
	unsigned int irq;
};

static struct element elements[CROSSCALL_NR_CPUS];

static void handler(unsigned int irq, void *dev_id)
{
	struct element *element = dev_id;

	element->handled++;
	element->irq = irq;
}

static int setup(void **state)
{
	(void)state;
	memset(&chip_calls, 0, sizeof(chip_calls));
	memset(elements, 0, sizeof(elements));
	fake_cpu = 0;
	fake_masked = false;
	return irq_domain_create_linear(&domain, 4, &chip, elements, DOMAIN_BUS_IPI);
}

static int teardown(void **state)
{
	(void)state;
	return irq_domain_remove(&domain);
}

static void test_mapping(void **state)
{
	(void)state;
	assert_true(domain.base > 0);
	for (unsigned int hwirq = 0; hwirq < 4; hwirq++) {
		struct irq_data *data = irq_get_irq_data(domain.base + hwirq);

		assert_int_equal(irq_find_mapping(&domain, hwirq), domain.base + hwirq);
		assert_non_null(data);
		assert_int_equal(data->hwirq, hwirq);
		assert_int_equal(data->irq, domain.base + hwirq);
		assert_ptr_equal(data->domain, &domain);
	}
	assert_ptr_equal(domain.host_data, elements);
	assert_int_equal(irq_find_mapping(&domain, 4), 0);
	assert_int_equal(irq_find_mapping(&domain, UINT_MAX), 0);
	assert_int_equal(irq_find_mapping(NULL, 0), 0);
	assert_null(irq_get_irq_data(0));
	assert_null(irq_get_irq_data(domain.base + 4));
	assert_null(irq_get_irq_data(CROSSCALL_NR_IRQS));
	assert_null(irq_get_irq_data(UINT_MAX));
}

static void test_create_errors(void **state)
{
	const struct irq_chip no_mask = {.name = "x", .irq_unmask = chip_unmask};
	const struct irq_chip no_unmask = {.name = "x", .irq_mask = chip_mask};
	struct irq_domain other;

	(void)state;
	assert_int_equal(irq_domain_create_linear(NULL, 1, &chip, NULL, DOMAIN_BUS_ANY), -EINVAL);
	assert_int_equal(irq_domain_create_linear(&other, 0, &chip, NULL, DOMAIN_BUS_ANY), -EINVAL);
	assert_int_equal(irq_domain_create_linear(&other, 1, NULL, NULL, DOMAIN_BUS_ANY), -EINVAL);
	assert_int_equal(irq_domain_create_linear(&other, 1, &no_mask, NULL, DOMAIN_BUS_ANY),
			 -EINVAL);
	assert_int_equal(irq_domain_create_linear(&other, 1, &no_unmask, NULL, DOMAIN_BUS_ANY),
			 -EINVAL);
	assert_int_equal(irq_domain_remove(NULL), -EINVAL);
}

static void test_full(void **state)
{
	struct irq_domain rest;
	struct irq_domain more;

	(void)state;
	assert_int_equal(
		irq_domain_create_linear(&rest, CROSSCALL_NR_IRQS, &chip, NULL, DOMAIN_BUS_ANY),
		-ENOSPC);
	assert_int_equal(
		irq_domain_create_linear(&rest, CROSSCALL_NR_IRQS - 5, &chip, NULL, DOMAIN_BUS_ANY),
		0);
	assert_int_equal(irq_domain_create_linear(&more, 1, &chip, NULL, DOMAIN_BUS_ANY), -ENOSPC);
	assert_int_equal(irq_domain_remove(&rest), 0);
	assert_int_equal(irq_domain_create_linear(&more, 1, &chip, NULL, DOMAIN_BUS_ANY), 0);
	assert_int_equal(irq_domain_remove(&more), 0);
	assert_int_equal(irq_domain_remove(&more), -EINVAL);
}

static void test_request(void **state)
{
	unsigned int irq = domain.base;

	(void)state;
	assert_int_equal(request_percpu_irq(0, handler, "x", NULL, 0), -EINVAL);
	assert_int_equal(request_percpu_irq(irq + 4, handler, "x", NULL, 0), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, NULL, "x", NULL, 0), -EINVAL);
	assert_int_equal(enable_percpu_irq(irq), -EINVAL);
	assert_int_equal(disable_percpu_irq(irq), -EINVAL);
	assert_int_equal(free_percpu_irq(irq), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, handler, "x", elements, sizeof(elements[0])), 0);
	assert_int_equal(request_percpu_irq(irq, handler, "x", elements, sizeof(elements[0])),
			 -EBUSY);
	assert_int_equal(irq_domain_remove(&domain), -EBUSY);
	assert_false(irq_percpu_is_enabled(irq));
	assert_int_equal(free_percpu_irq(irq), 0);
	assert_int_equal(free_percpu_irq(irq), -EINVAL);
}

static void test_enable_per_cpu(void **state)
{
	unsigned int irq = domain.base + 1;

	(void)state;
	assert_int_equal(request_percpu_irq(irq, handler, "x", elements, sizeof(elements[0])), 0);
	fake_cpu = 3;
	assert_int_equal(enable_percpu_irq(irq), 0);
	assert_int_equal(chip_calls.unmasked[1], 1);
	assert_true(chip_calls.masked_interrupts);
	assert_false(fake_masked);
	assert_true(irq_percpu_is_enabled(irq));
	fake_cpu = 2;
	assert_false(irq_percpu_is_enabled(irq));
	assert_int_equal(free_percpu_irq(irq), -EBUSY);
	fake_cpu = 3;
	assert_int_equal(disable_percpu_irq(irq), 0);
	assert_int_equal(chip_calls.masked[1], 1);
	assert_false(irq_percpu_is_enabled(irq));
	assert_false(irq_percpu_is_enabled(0));
	assert_false(irq_percpu_is_enabled(UINT_MAX));
	assert_int_equal(free_percpu_irq(irq), 0);
}

static void test_handle(void **state)
{
	unsigned int irq = domain.base + 2;
	uint64_t unexpected = irq_unexpected_count(5);
	uint64_t count = irq_count(irq, 5);

	(void)state;
	fake_cpu = 5;
	assert_int_equal(generic_handle_domain_irq(&domain, 2), -EINVAL);
	assert_int_equal(generic_handle_domain_irq(&domain, 4), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, handler, "x", elements, sizeof(elements[0])), 0);
	assert_int_equal(generic_handle_domain_irq(&domain, 2), -EINVAL);
	assert_int_equal(irq_unexpected_count(5) - unexpected, 3);
	assert_int_equal(enable_percpu_irq(irq), 0);
	assert_int_equal(generic_handle_domain_irq(&domain, 2), 0);
	assert_int_equal(elements[5].handled, 1);
	assert_int_equal(elements[5].irq, irq);
	assert_int_equal(irq_count(irq, 5) - count, 1);
	assert_int_equal(irq_unexpected_count(5) - unexpected, 3);
	assert_int_equal(elements[4].handled, 0);
	assert_int_equal(irq_count(CROSSCALL_NR_IRQS, 5), 0);
	assert_int_equal(irq_count(irq, CROSSCALL_NR_CPUS), 0);
	assert_int_equal(irq_unexpected_count(CROSSCALL_NR_CPUS), 0);
	assert_int_equal(disable_percpu_irq(irq), 0);
	assert_int_equal(free_percpu_irq(irq), 0);
}

/* With stride 0 every CPU gets the same pointer. */
/* An NMI that comes until the controller masks it is handled. */
static void test_disable(void **state)
{
	unsigned int irq = domain.base + 1;

	(void)state;
	assert_int_equal(request_percpu_irq(irq, handler, "x", elements, sizeof(elements[0])), 0);
	assert_int_equal(enable_percpu_irq(irq), 0);
	nmi_before_mask = true;
	assert_int_equal(disable_percpu_irq(irq), 0);
	nmi_before_mask = false;
	assert_int_equal(elements[0].handled, 1);
	assert_false(irq_percpu_is_enabled(irq));
	assert_int_equal(free_percpu_irq(irq), 0);
}

static void test_shared_dev_id(void **state)
{
	(void)state;
	assert_int_equal(request_percpu_irq(domain.base, handler, "x", elements, 0), 0);
	for (fake_cpu = 0; fake_cpu < CROSSCALL_NR_CPUS; fake_cpu += 100) {
		assert_int_equal(enable_percpu_irq(domain.base), 0);
		assert_int_equal(generic_handle_domain_irq(&domain, 0), 0);
		assert_int_equal(disable_percpu_irq(domain.base), 0);
	}
	assert_int_equal(elements[0].handled, (CROSSCALL_NR_CPUS + 99) / 100);
	assert_int_equal(free_percpu_irq(domain.base), 0);
}

static void test_send(void **state)
{
	struct cpumask mask = cpumask_of(1);
	struct ipi_send_result result = {0};
	struct irq_domain other;

	(void)state;
	assert_int_equal(ipi_send_mask(domain.base, &mask, &result), 0);
	assert_int_equal(result.sent, 1);
	assert_int_equal(chip_calls.sent, 1);
	assert_int_equal(ipi_send_single(domain.base, 2), 1);
	assert_int_equal(chip_calls.sent, 2);
	assert_int_equal(ipi_send_single(0, 2), -EINVAL);
	assert_int_equal(ipi_send_single(domain.base + 4, 2), -EINVAL);
	assert_int_equal(ipi_send_mask(0, &mask, &result), -EINVAL);
	assert_int_equal(ipi_send_mask(domain.base + 4, &mask, &result), -EINVAL);
	assert_int_equal(irq_domain_create_linear(&other, 1, &chip, NULL, DOMAIN_BUS_ANY), 0);
	assert_int_equal(ipi_send_mask(other.base, &mask, &result), -EINVAL);
	assert_int_equal(irq_domain_remove(&other), 0);
	assert_int_equal(irq_domain_create_linear(&other, 1, &deaf_chip, NULL, DOMAIN_BUS_IPI), 0);
	assert_int_equal(ipi_send_mask(other.base, &mask, &result), -EINVAL);
	assert_int_equal(irq_domain_remove(&other), 0);
	assert_int_equal(chip_calls.sent, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mapping), TEST(test_create_errors),  TEST(test_full),
		TEST(test_request), TEST(test_enable_per_cpu), TEST(test_handle),
		TEST(test_disable), TEST(test_shared_dev_id),  TEST(test_send),
	};

	return cmocka_run_group_tests_name("irq_domain", tests, NULL, NULL);
}
