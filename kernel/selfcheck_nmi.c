/* SPDX-License-Identifier: MIT */
/* Where CPUs are: backtraces, and whether they come from a CPU that has interrupts masked. */
#include <string.h>

#include <crosscall/crosscall.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/backtrace.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/result.h"
#include "kernel/selfcheck.h"

/* One CPU that masks interrupts, is interrupted all the same, and queues work meanwhile. */
static struct {
	atomic_bool masked; /* it has begun */
	atomic_bool over;   /* it is to end */
	atomic_bool interrupted;
	bool was_masked; /* what was interrupted; written before 'interrupted' */
	atomic_bool left;
	bool work_waited; /* it ran after the masked section, not in it; ... */
	struct irq_work work;
} try;

static void set(atomic_bool *flag)
{
	/* Release, paired with the acquire in is_set(). */
	atomic_store_explicit(flag, true, memory_order_release);
}

static bool is_set(void *flag)
{
	return atomic_load_explicit((atomic_bool *)flag, memory_order_acquire);
}

static void note_interrupt(const struct pt_regs *regs)
{
	try.was_masked = regs != NULL && arch_regs_masked(regs) && in_nmi();
	crosscall_ignore(irq_work_queue(&try.work));
	set(&try.interrupted);
}

static void note_work(struct irq_work *work)
{
	(void)work;
	try.work_waited = is_set(&try.left);
}

static void stay_masked(void *unused)
{
	(void)unused;
	set(&try.masked);
	while (!is_set(&try.over)) {
		cpu_relax();
	}
	set(&try.left);
}

static bool send(unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);

	return smp_cross_call(&mask, IPI_CPU_BACKTRACE, NULL) == 0;
}

/* The boot CPU, which runs this. */
static bool interrupt_self(void)
{
	unsigned long state = local_irq_save();
	uint64_t start = arch_clock_ns();
	bool sent = send(this_cpu()->cpu);

	while (sent && !is_set(&try.interrupted) && arch_clock_ns() - start < patience_ns()) {
		cpu_relax();
	}
	sent = sent && is_set(&try.interrupted) && irqs_disabled();
	set(&try.left);
	local_irq_restore(state);
	return sent;
}

static bool interrupt_other(unsigned int cpu)
{
	bool came = smp_call_function_single(cpu, stay_masked, NULL, false) == 0 &&
		    wait_until(is_set, &try.masked, patience_ns()) && send(cpu) &&
		    wait_until(is_set, &try.interrupted, patience_ns());

	set(&try.over);
	return came;
}

static bool work_is_done(void *unused)
{
	(void)unused;
	return !irq_work_is_busy(&try.work);
}

static void interrupt_masked(unsigned int cpu)
{
	bool came;

	memset(&try, 0, sizeof(try));
	try.work = (struct irq_work)IRQ_WORK_INIT(note_work);
	came = cpu == this_cpu()->cpu ? interrupt_self() : interrupt_other(cpu);
	result_check(came && try.was_masked, "cpu %u was not interrupted with interrupts masked",
		     cpu);
	result_check(wait_until(work_is_done, NULL, patience_ns()) && try.work_waited,
		     "cpu %u: work queued by an NMI-like interrupt did not run after it", cpu);
}

static void check_nmi(const struct cpumask *online)
{
	const char *why = doorbell_no_nmi();
	unsigned int cpu;

	if (why != NULL) {
		printk("  %-24s    none: %s\n", "NMI-like doorbell", why);
		return;
	}
	backtrace_hook(note_interrupt);
	for_each_cpu(cpu, online) {
		interrupt_masked(cpu);
	}
	backtrace_hook(NULL);
	printk("  %-24s %7u CPUs were interrupted with interrupts masked\n", "NMI-like doorbell",
	       cpumask_weight(online));
}

/* Waiting for a CPU to say where it is. */
struct asked {
	unsigned int cpu;
	uint64_t ns;
	struct whereabouts where;
};

static bool has_told(void *arg)
{
	struct asked *asked = arg;

	return whereabouts_read(asked->cpu, &asked->where) && asked->where.ns >= asked->ns;
}

static void check_backtraces(const struct cpumask *online)
{
	unsigned int cpu;

	for_each_cpu(cpu, online) {
		struct asked asked = {.cpu = cpu, .ns = arch_clock_ns()};
		bool told = send(cpu) && wait_until(has_told, &asked, patience_ns());
		const struct backtrace *trace = &asked.where.trace;

		result_check(told && trace->nr > 1 && trace->complete != 0,
			     "cpu %u: its backtrace does not reach the entry function", cpu);
	}
	printk("  %-24s %7u CPUs, to the entry function\n", "backtraces", cpumask_weight(online));
}

void selfcheck_nmi(void)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	check_backtraces(&online);
	check_nmi(&online);
}
