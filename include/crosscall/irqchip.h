/* SPDX-License-Identifier: MIT */
/* What every doorbell driver looks like from above. */
#ifndef CROSSCALL_IRQCHIP_H
#define CROSSCALL_IRQCHIP_H

#include <stdbool.h>
#include <stdint.h>

struct pt_regs;

/*
 * A hardware's own name for a CPU (hart id, MPIDR affinity): a type of its own, never a CPU
 * number.
 */
typedef struct {
	uint64_t id;
} hwid_t;

/*
 * A doorbell that was initialised. Its driver's own init function, which takes the facts by
 * descriptor, returns one.
 */
struct doorbell {
	const char *name; /* as options and tables name it: "sbi-ipi" */
	/* The virtual interrupts for set_smp_ipi_range(). */
	unsigned int base_irq;
	unsigned int nr_irqs;
	/*
	 * IPI_NMI_KINDS reach CPUs that have interrupts masked. nmi_irq: the first of as many
	 * interrupts for set_smp_nmi_irq(), in the order of the kinds; 0: the range's are it.
	 */
	bool nmi;
	unsigned int nmi_irq;
	/*
	 * Makes this CPU hear, or stop hearing. Context: on the CPU concerned, interrupts masked.
	 * cpu_init returns 0, or a negative errno that the driver's header explains.
	 */
	int (*cpu_init)(void);
	void (*cpu_exit)(void);
	/* The one entry of its interrupt. Context: interrupt entry, interrupts masked. */
	void (*handle_irq)(struct pt_regs *regs);
	/* How many times 'cpu' went to the device or the firmware to ring. Any context. */
	uint64_t (*rings)(unsigned int cpu);
};

#endif
