/* SPDX-License-Identifier: MIT */
#include "kernel/doorbell.h"

#include <string.h>

#include <crosscall/config.h>

#include "kernel/console.h"
#include "kernel/params.h"
#include "kernel/result.h"

static struct doorbell_probe chosen;
static hwid_t hwids[CROSSCALL_NR_CPUS];

const struct doorbell *doorbell(void)
{
	return chosen.doorbell;
}

unsigned int doorbell_broadcast_rings(void)
{
	return chosen.broadcast_rings;
}

bool doorbell_coalesces(void)
{
	return chosen.coalesces;
}

unsigned int doorbell_max_cpus(void)
{
	unsigned int nr = nr_numbered();

	return chosen.max_cpus != 0 && chosen.max_cpus < nr ? chosen.max_cpus : nr;
}

void doorbell_interrupt(struct pt_regs *regs)
{
	if (chosen.doorbell == NULL) {
		fatal_trap("a doorbell's interrupt before there is a doorbell", regs);
	}
	chosen.doorbell->handle_irq(regs);
}

/* True when it works; otherwise it has been said why not. */
static bool probe(const struct doorbell_driver *driver, const struct dt *dt)
{
	const char *why = driver->probe(dt, hwids, nr_numbered(), &chosen);

	if (why != NULL) {
		printk("doorbell %s: %s\n", driver->name, why);
	}
	return why == NULL;
}

static bool choose_any(const struct dt *dt)
{
	for (unsigned int i = 0; i < arch_nr_doorbells; i++) {
		if (probe(&arch_doorbells[i], dt)) {
			return true;
		}
	}
	return false;
}

static bool choose_named(const struct dt *dt, const char *name)
{
	unsigned long state;

	for (unsigned int i = 0; i < arch_nr_doorbells; i++) {
		if (strcmp(arch_doorbells[i].name, name) == 0) {
			return probe(&arch_doorbells[i], dt);
		}
	}
	state = console_lock();
	printk("crosscall: doorbell=%s: no such doorbell; there are: auto", name);
	for (unsigned int i = 0; i < arch_nr_doorbells; i++) {
		console_write(", ");
		console_write(arch_doorbells[i].name);
	}
	console_write("\n");
	console_unlock(state);
	return false;
}

/* A kind that the doorbell does not reach has none that is NMI-like either. */
static void take_nmis(void)
{
	unsigned int irq = chosen.doorbell->nmi_irq;

	for (unsigned int kind = 0; irq != 0 && kind < NR_IPI; kind++) {
		if ((IPI_NMI_KINDS >> kind & 1) != 0 && set_smp_nmi_irq(kind, irq++) != 0) {
			give_up("the doorbell's NMI-like interrupts cannot be used as IPIs");
		}
	}
}

const char *doorbell_no_nmi(void)
{
	return chosen.doorbell->nmi ? NULL : chosen.no_nmi;
}

void doorbell_choose(const struct dt *dt)
{
	unsigned int nr_kinds;
	bool found;

	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		hwids[cpu] = cpu_data(cpu)->hwid;
	}
	found = strcmp(params.doorbell, "auto") == 0 ? choose_any(dt)
						     : choose_named(dt, params.doorbell);
	if (!found) {
		give_up("no doorbell, no IPIs");
	}
	nr_kinds = chosen.doorbell->nr_irqs < NR_IPI ? chosen.doorbell->nr_irqs : NR_IPI;
	if (set_smp_ipi_range(chosen.doorbell->base_irq, nr_kinds) != 0) {
		give_up("the doorbell's interrupts cannot be used as IPIs");
	}
	take_nmis();
	result_set_doorbell(chosen.doorbell->name);
}
