/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include <crosscall/errno.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>

#include "core/counter.h"
#include "core/smp.h"

/*
 * Written at boot or under the adopter's lock, before any CPU that uses the entry comes online;
 * read-only after that. Publication is the release of smp_cpu_starting().
 */
struct irq_desc {
	struct irq_data data; /* data.domain is null for a number without an interrupt */
	percpu_irq_handler_t handler;
	const char *name;
	void *dev_id;
	size_t stride;
};

#define ENABLE_BITS 32
#define ENABLE_WORDS ((CROSSCALL_NR_IRQS + ENABLE_BITS - 1) / ENABLE_BITS)

/* Written by its own CPU only. 'enabled' is read by free_percpu_irq() from anywhere. */
struct irq_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t enabled[ENABLE_WORDS];
	counter_t unexpected;
	counter_t count[CROSSCALL_NR_IRQS];
};

static struct irq_desc irq_desc[CROSSCALL_NR_IRQS];
static struct irq_cpu irq_cpu[CROSSCALL_NR_CPUS];

static struct irq_desc *irq_to_desc(unsigned int irq)
{
	if (irq == 0 || irq >= CROSSCALL_NR_IRQS || irq_desc[irq].data.domain == NULL) {
		return NULL;
	}
	return &irq_desc[irq];
}

/* Relaxed: single writer, and delivery is ordered by the controller's own mask and unmask. */
static bool enabled_on(const struct irq_cpu *cpu, unsigned int irq)
{
	uint32_t word =
		atomic_load_explicit(&cpu->enabled[irq / ENABLE_BITS], memory_order_relaxed);

	return (word & (UINT32_C(1) << (irq % ENABLE_BITS))) != 0;
}

static void set_enabled(struct irq_cpu *cpu, unsigned int irq, bool on)
{
	_Atomic uint32_t *word = &cpu->enabled[irq / ENABLE_BITS];
	uint32_t bit = UINT32_C(1) << (irq % ENABLE_BITS);
	uint32_t old = atomic_load_explicit(word, memory_order_relaxed);

	atomic_store_explicit(word, on ? old | bit : old & ~bit, memory_order_relaxed);
}

/* The first of 'size' unused numbers in a row; 0 when there is no such row. */
static unsigned int find_free_row(unsigned int size)
{
	unsigned int run = 0;

	for (unsigned int irq = 1; irq < CROSSCALL_NR_IRQS; irq++) {
		run = irq_desc[irq].data.domain == NULL ? run + 1 : 0;
		if (run == size) {
			return irq - size + 1;
		}
	}
	return 0;
}

int irq_domain_create_linear(struct irq_domain *domain, unsigned int size,
			     const struct irq_chip *chip, void *host_data,
			     enum irq_domain_bus_token token)
{
	if (domain == NULL || size == 0 || chip == NULL || chip->irq_mask == NULL ||
	    chip->irq_unmask == NULL) {
		return -EINVAL;
	}
	unsigned int base = find_free_row(size);

	if (base == 0) {
		return -ENOSPC;
	}
	*domain = (struct irq_domain){
		.chip = chip, .host_data = host_data, .token = token, .base = base, .size = size};
	for (unsigned int hwirq = 0; hwirq < size; hwirq++) {
		irq_desc[base + hwirq] = (struct irq_desc){
			.data = {.hwirq = hwirq, .irq = base + hwirq, .domain = domain}};
	}
	return 0;
}

int irq_domain_remove(struct irq_domain *domain)
{
	if (domain == NULL || irq_find_mapping(domain, 0) == 0) {
		return -EINVAL;
	}
	for (unsigned int hwirq = 0; hwirq < domain->size; hwirq++) {
		if (irq_desc[domain->base + hwirq].handler != NULL) {
			return -EBUSY;
		}
	}
	for (unsigned int hwirq = 0; hwirq < domain->size; hwirq++) {
		irq_desc[domain->base + hwirq] = (struct irq_desc){0};
	}
	return 0;
}

unsigned int irq_find_mapping(const struct irq_domain *domain, unsigned int hwirq)
{
	if (domain == NULL || hwirq >= domain->size) {
		return 0;
	}
	struct irq_desc *desc = irq_to_desc(domain->base + hwirq);

	return desc != NULL && desc->data.domain == domain ? desc->data.irq : 0;
}

struct irq_data *irq_get_irq_data(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	return desc == NULL ? NULL : &desc->data;
}

int request_percpu_irq(unsigned int irq, percpu_irq_handler_t handler, const char *name,
		       void *dev_id, size_t stride)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (desc == NULL || handler == NULL) {
		return -EINVAL;
	}
	if (desc->handler != NULL) {
		return -EBUSY;
	}
	desc->name = name;
	desc->dev_id = dev_id;
	desc->stride = stride;
	desc->handler = handler;
	return 0;
}

bool irq_is_enabled_somewhere(unsigned int irq)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		if (enabled_on(&irq_cpu[cpu], irq)) {
			return true;
		}
	}
	return false;
}

int free_percpu_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (desc == NULL || desc->handler == NULL) {
		return -EINVAL;
	}
	if (irq_is_enabled_somewhere(irq)) {
		return -EBUSY;
	}
	desc->handler = NULL;
	return 0;
}

/*
 * The common part of enable and disable. Unmasked only while the flag is set: the unmask may
 * deliver at once, and an NMI until the mask.
 */
static int change_percpu_irq(unsigned int irq, bool on)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (desc == NULL || desc->handler == NULL) {
		return -EINVAL;
	}
	const struct irq_chip *chip = desc->data.domain->chip;
	unsigned long state = port_local_irq_save();
	struct irq_cpu *here = &irq_cpu[port_smp_processor_id()];

	if (on) {
		set_enabled(here, irq, true);
		chip->irq_unmask(&desc->data);
	} else {
		chip->irq_mask(&desc->data);
		set_enabled(here, irq, false);
	}
	port_local_irq_restore(state);
	return 0;
}

int enable_percpu_irq(unsigned int irq)
{
	return change_percpu_irq(irq, true);
}

int disable_percpu_irq(unsigned int irq)
{
	return change_percpu_irq(irq, false);
}

bool irq_percpu_is_enabled(unsigned int irq)
{
	if (irq_to_desc(irq) == NULL) {
		return false;
	}
	unsigned long state = port_local_irq_save();
	bool on = enabled_on(&irq_cpu[port_smp_processor_id()], irq);

	port_local_irq_restore(state);
	return on;
}

/* Null for a number that cannot be sent. */
static struct irq_desc *ipi_desc(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	return desc != NULL && desc->data.domain->token == DOMAIN_BUS_IPI &&
			       desc->data.domain->chip->ipi_send_mask != NULL
		       ? desc
		       : NULL;
}

int ipi_send_mask(unsigned int irq, const struct cpumask *mask, struct ipi_send_result *result)
{
	struct irq_desc *desc = ipi_desc(irq);

	return desc == NULL ? -EINVAL
			    : desc->data.domain->chip->ipi_send_mask(&desc->data, mask, result);
}

/* By the operation for sets: for chips that have no other. */
static int send_set_of_one(struct irq_desc *desc, unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);
	struct ipi_send_result result = {0};
	int err = desc->data.domain->chip->ipi_send_mask(&desc->data, &mask, &result);

	return err != 0 ? err : result.sent != 0;
}

int ipi_send_single(unsigned int irq, unsigned int cpu)
{
	struct irq_desc *desc = ipi_desc(irq);

	if (desc == NULL) {
		return -EINVAL;
	}
	const struct irq_chip *chip = desc->data.domain->chip;

	return chip->ipi_send_single != NULL ? chip->ipi_send_single(&desc->data, cpu)
					     : send_set_of_one(desc, cpu);
}

static void *percpu_dev_id(const struct irq_desc *desc, unsigned int cpu)
{
	return desc->stride == 0 ? desc->dev_id : (char *)desc->dev_id + cpu * desc->stride;
}

int generic_handle_domain_irq(struct irq_domain *domain, unsigned int hwirq)
{
	unsigned int cpu = port_smp_processor_id();
	struct irq_cpu *here = &irq_cpu[cpu];
	/* A domain's numbers are its own as long as it has any, and so are their entries. */
	unsigned int irq = hwirq < domain->size ? domain->base + hwirq : 0;
	const struct irq_desc *desc = &irq_desc[irq];

	/* Number 0 has no handler, and a handler has no other interrupt than its domain's. */
	if (desc->handler == NULL || desc->data.domain != domain || !enabled_on(here, irq)) {
		counter_add(&here->unexpected, 1);
		return -EINVAL;
	}
	counter_add(&here->count[irq], 1);
	desc->handler(irq, percpu_dev_id(desc, cpu));
	return 0;
}

uint64_t irq_count(unsigned int irq, unsigned int cpu)
{
	if (irq >= CROSSCALL_NR_IRQS || cpu >= CROSSCALL_NR_CPUS) {
		return 0;
	}
	return counter_read(&irq_cpu[cpu].count[irq]);
}

uint64_t irq_unexpected_count(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS ? counter_read(&irq_cpu[cpu].unexpected) : 0;
}
