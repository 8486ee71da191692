/* SPDX-License-Identifier: MIT */
#include <crosscall/config.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>

/*
 * Read and written by its own CPU only, and an interrupt that comes between, NMI-like or not,
 * leaves it as it found it: no atomics are needed.
 */
struct irq_context {
	_Alignas(CROSSCALL_CACHE_LINE) struct pt_regs *regs;
	unsigned int depth;
	unsigned int nmi_depth;
};

static struct irq_context irq_context[CROSSCALL_NR_CPUS];

struct pt_regs *irq_enter(struct pt_regs *regs)
{
	struct irq_context *context = &irq_context[port_smp_processor_id()];
	struct pt_regs *outer = context->regs;

	context->regs = regs;
	context->depth++;
	return outer;
}

void irq_exit(struct pt_regs *outer)
{
	struct irq_context *context = &irq_context[port_smp_processor_id()];

	if (context->depth == 0) {
		port_panic("irq_exit: without irq_enter");
	}
	context->depth--;
	context->regs = outer;
}

void nmi_enter(void)
{
	irq_context[port_smp_processor_id()].nmi_depth++;
}

void nmi_exit(void)
{
	irq_context[port_smp_processor_id()].nmi_depth--;
}

bool in_nmi(void)
{
	return irq_context[port_smp_processor_id()].nmi_depth != 0;
}

bool in_interrupt(void)
{
	return irq_context[port_smp_processor_id()].depth != 0;
}

struct pt_regs *get_irq_regs(void)
{
	return irq_context[port_smp_processor_id()].regs;
}
