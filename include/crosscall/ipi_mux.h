/* SPDX-License-Identifier: MIT */
/*
 * Up to 32 virtual IPIs over one parent doorbell. The parent rings a whole mask of CPUs at once;
 * a CPU that is on its way to look already is not rung again.
 */
#ifndef CROSSCALL_IPI_MUX_H
#define CROSSCALL_IPI_MUX_H

#include <stdatomic.h>
#include <stdint.h>

#include <crosscall/irq_domain.h>

#define IPI_MUX_MAX 32

/*
 * The parent: rings every CPU of *mask, and sets in *unreached (empty on entry) those it could
 * not. Stores before the call must be visible to the CPU that answers (rule R1: the parent owes
 * the fence), and a ring after the receiver has acknowledged must cause another entry (rule R2).
 * Context: interrupts masked. May not wait. Returns 0, or a negative errno when *unreached is not
 * empty.
 */
typedef int (*ipi_mux_send_t)(void *data, const struct cpumask *mask, struct cpumask *unreached);

/*
 * The same for one CPU, below nr_cpu_ids(): what the parent can do cheaper than for a set.
 * Context, ordering: same. Returns 0, or a negative errno when it could not be rung.
 */
typedef int (*ipi_mux_send_single_t)(void *data, unsigned int cpu);

/* One CPU's line: 'state' holds pending bits in the low half, enabled ones in the high half. */
struct ipi_mux_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint64_t state;
	_Atomic uint32_t owed;
	_Atomic unsigned long takes; /* how often the CPU has looked */
	/* ipi_mux_is_stuck()'s: 'takes' at its last call, plus one; 0: nothing */
	unsigned long watched;
};

/* Caller-owned; the fields are the library's. */
struct ipi_mux {
	struct irq_domain domain;
	ipi_mux_send_t send;
	ipi_mux_send_single_t send_single; /* may be null */
	void *data;
	struct ipi_mux_cpu cpu[CROSSCALL_NR_CPUS];
};

/*
 * Makes *mux a set of 'nr_ipi' virtual IPIs, all masked on every CPU.
 * Context: as irq_domain_create_linear().
 * Returns the first of nr_ipi consecutive virtual interrupt numbers; -EINVAL for a null pointer,
 * no or more than 32 IPIs; -ENOSPC when there are no such numbers left.
 */
int ipi_mux_create(struct ipi_mux *mux, unsigned int nr_ipi, ipi_mux_send_t send,
		   void *data) CROSSCALL_MUST_CHECK;

/*
 * Gives the parent's way to ring one CPU, which is otherwise rung as a set of one. Context: as
 * ipi_mux_create(), after it.
 */
void ipi_mux_set_send_single(struct ipi_mux *mux, ipi_mux_send_single_t send_single);

/*
 * Takes it down. Context: same; no handler installed, so nobody sends.
 * Returns 0; -EINVAL for a null pointer; -EBUSY while a handler is installed.
 */
int ipi_mux_destroy(struct ipi_mux *mux);

/*
 * Masks and unmasks one virtual IPI on this CPU (the controller's irq_mask and irq_unmask). One
 * that was sent while masked stays pending and fires at the unmask.
 * Context: on the CPU concerned, interrupts masked.
 */
void ipi_mux_mask(struct irq_data *data);
void ipi_mux_unmask(struct irq_data *data);

/* Sends one virtual IPI (the controller's ipi_send_mask and ipi_send_single). See there. */
int ipi_mux_send_mask(struct irq_data *data, const struct cpumask *mask,
		      struct ipi_send_result *result);
int ipi_mux_send_single(struct irq_data *data, unsigned int cpu);

/* The controller's ipi_ring_again and ipi_is_stuck. See there. */
int ipi_mux_ring_again(struct irq_data *data, const struct cpumask *mask,
		       struct cpumask *unreached);
bool ipi_mux_is_stuck(struct irq_data *data, unsigned int cpu);

/*
 * Takes what is pending and enabled on this CPU, and runs each handler, lowest number first.
 * Context: interrupt entry, interrupts masked, *after* the parent was acknowledged and the
 * device's fence (docs/ordering.md, rule 4): the other order loses interrupts.
 */
void ipi_mux_process(struct ipi_mux *mux);

#endif
