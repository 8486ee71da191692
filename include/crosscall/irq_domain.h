/* SPDX-License-Identifier: MIT */
/*
 * Interrupt domains: a controller's own numbers (hwirq, from 0) mapped one to one onto virtual
 * interrupt numbers (virq, from 1), and per-CPU interrupts on top. Only what IPIs need: every
 * interrupt here exists once a CPU and is enabled, counted and handled on each CPU by itself.
 */
#ifndef CROSSCALL_IRQ_DOMAIN_H
#define CROSSCALL_IRQ_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/cpumask.h>

struct irq_domain;

/* One interrupt, as its controller's operations see it. */
struct irq_data {
	unsigned int hwirq;
	unsigned int irq;
	struct irq_domain *domain;
};

/* What became of one send. */
struct ipi_send_result {
	unsigned int sent;	  /* CPUs whose doorbell was rung */
	unsigned int coalesced;	  /* CPUs on their way to look already, or with it masked */
	struct cpumask unreached; /* CPUs that could not be rung */
};

/* A controller. All operations are called with interrupts masked and may not wait. */
struct irq_chip {
	const char *name;
	/*
	 * Stop and start delivery on this CPU. What arrives between them is delivered at the
	 * unmask.
	 */
	void (*irq_mask)(struct irq_data *data);
	void (*irq_unmask)(struct irq_data *data);
	/*
	 * Raises the interrupt on every CPU of *mask, and adds to *result (which the caller
	 * zeroed). Stores before the call are visible to the handler. Returns 0, or -EIO with the
	 * CPUs in result->unreached. Null for a chip that cannot send.
	 */
	int (*ipi_send_mask)(struct irq_data *data, const struct cpumask *mask,
			     struct ipi_send_result *result);
	/*
	 * The same for one CPU, below nr_cpu_ids(). Returns 1 when it was rung; 0 when it is on its
	 * way to look already, or has the interrupt masked; -EIO when it could not be rung. Null
	 * for a chip that is content with the above.
	 */
	int (*ipi_send_single)(struct irq_data *data, unsigned int cpu);
	/*
	 * For a chip that may leave a ring out because one is on its way; null for others. The
	 * first rings without raising anything (0, or -EIO and *unreached). The second says
	 * whether 'cpu' had something pending at its last call, has it still, and has not looked
	 * between; one caller at a time.
	 */
	int (*ipi_ring_again)(struct irq_data *data, const struct cpumask *mask,
			      struct cpumask *unreached);
	bool (*ipi_is_stuck)(struct irq_data *data, unsigned int cpu);
};

enum irq_domain_bus_token {
	DOMAIN_BUS_ANY,
	DOMAIN_BUS_IPI,
};

/* A linear domain. Caller-owned; the fields are the library's. */
struct irq_domain {
	const struct irq_chip *chip;
	void *host_data;
	enum irq_domain_bus_token token;
	unsigned int base; /* hwirq h is virtual interrupt base + h */
	unsigned int size;
};

/* 'dev_id' is this CPU's element of the array given to request_percpu_irq(). */
typedef void (*percpu_irq_handler_t)(unsigned int irq, void *dev_id);

/*
 * Creates a domain of 'size' interrupts on consecutive virtual numbers. 'chip' must stay valid.
 * Context: one CPU at a time (boot, or under the adopter's own lock). Does not wait.
 * Returns 0; -EINVAL for a null pointer, a chip without mask or unmask, or size 0; -ENOSPC when
 * CROSSCALL_NR_IRQS leaves no such row of numbers.
 */
int irq_domain_create_linear(struct irq_domain *domain, unsigned int size,
			     const struct irq_chip *chip, void *host_data,
			     enum irq_domain_bus_token token) CROSSCALL_MUST_CHECK;

/*
 * Gives the numbers back. Same context. Returns 0, -EINVAL, or -EBUSY while a handler is
 * installed.
 */
int irq_domain_remove(struct irq_domain *domain);

/* The virtual number of a hwirq; 0 when it is none of this domain's. Any context. */
unsigned int irq_find_mapping(const struct irq_domain *domain, unsigned int hwirq);

/* The interrupt behind a virtual number; null when there is none. Any context. */
struct irq_data *irq_get_irq_data(unsigned int irq);

/*
 * Installs the handler of a per-CPU interrupt. 'dev_id' points at element 0 of an array with one
 * element of 'stride' bytes for each CPU; with stride 0 every CPU gets 'dev_id' itself. 'name'
 * must stay valid. The interrupt stays disabled on every CPU.
 * Context: as irq_domain_create_linear().
 * Returns 0; -EINVAL for a number without an interrupt or a null handler; -EBUSY when there is
 * one.
 */
int request_percpu_irq(unsigned int irq, percpu_irq_handler_t handler, const char *name,
		       void *dev_id, size_t stride) CROSSCALL_MUST_CHECK;

/*
 * Removes it. Context: same; it must be disabled on every CPU.
 * Returns 0; -EINVAL when there is no handler; -EBUSY while a CPU has it enabled.
 */
int free_percpu_irq(unsigned int irq);

/*
 * Enables and disables it on this CPU only. What was raised while disabled is delivered after the
 * enable. Context: any but NMI-like, on the CPU concerned. Returns 0; -EINVAL when there is no
 * handler.
 */
int enable_percpu_irq(unsigned int irq);
int disable_percpu_irq(unsigned int irq);
bool irq_percpu_is_enabled(unsigned int irq);

/*
 * Raises 'irq' on each CPU of *mask through its controller.
 * Context: interrupts masked. Ordering and *result: see irq_chip.ipi_send_mask.
 * Returns what the controller returns; -EINVAL when it is no interrupt that can be sent.
 */
int ipi_send_mask(unsigned int irq, const struct cpumask *mask, struct ipi_send_result *result);

/*
 * The same on one CPU, below nr_cpu_ids(). Returns what irq_chip.ipi_send_single does; -EINVAL.
 */
int ipi_send_single(unsigned int irq, unsigned int cpu);

/*
 * Runs this CPU's handler of a domain's interrupt, and counts it.
 * Context: interrupt entry, interrupts masked.
 * Returns 0; -EINVAL when the number has no handler or is not enabled here: counted as unexpected.
 */
int generic_handle_domain_irq(struct irq_domain *domain, unsigned int hwirq);

/* How often 'irq' was handled on 'cpu'; 0 for numbers that are none. Any context. */
uint64_t irq_count(unsigned int irq, unsigned int cpu);

/* How many interrupts reached 'cpu' that nobody there had asked for. Any context. */
uint64_t irq_unexpected_count(unsigned int cpu);

#endif
