/* SPDX-License-Identifier: MIT */
#include "kernel/ipi_ops.h"

#include <stdatomic.h>
#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/irq_context.h>
#include <crosscall/irq_work.h>
#include <crosscall/parking.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/backtrace.h"
#include "kernel/conform.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/hotplug.h"
#include "kernel/sched/sched.h"
#include "kernel/symbols.h"

static void heard(unsigned int kind)
{
	percpu_count(&this_cpu()->heard[kind]);
	conform_note_ipi(kind);
}

/* Only marks: the scheduler is called on the way out of the interrupt. */
static void scheduler_ipi(struct pt_regs *regs)
{
	(void)regs;
	sched_ipi();
	heard(IPI_RESCHEDULE);
}

static void tick_receive_broadcast(struct pt_regs *regs)
{
	(void)regs;
	heard(IPI_TIMER);
	irq_work_tick();
	sched_tick();
}

/* For good at the end, good or bad; otherwise until "start" fetches the CPU from its mailbox. */
static void cpu_stop(struct pt_regs *regs)
{
	(void)regs;
	/* Only a crash stop leaves the CPU online. */
	if (hotplug_is_shutdown() || cpu_online(this_cpu()->cpu)) {
		arch_cpu_park();
	}
	smp_park(hotplug_sleep)();
}

/* NMI-like where the doorbell can: no lock, nothing printed. */
static void cpu_crash_stop(struct pt_regs *regs)
{
	whereabouts_keep(regs);
}

/* Relaxed: set and cleared while nobody sends any, see backtrace_hook(). */
static backtrace_hook_t _Atomic hook;

void backtrace_hook(backtrace_hook_t new_hook)
{
	atomic_store_explicit(&hook, new_hook, memory_order_relaxed);
}

/* NMI-like too. Whoever asked prints. */
static void backtrace(struct pt_regs *regs)
{
	backtrace_hook_t also = atomic_load_explicit(&hook, memory_order_relaxed);

	whereabouts_keep(regs);
	if (also != NULL) {
		also(regs);
	}
	heard(IPI_CPU_BACKTRACE);
}

/* On the CPU that waits. It was asked at 'asked_ns'. */
static void stalled(unsigned int cpu, uint64_t asked_ns)
{
	const char *no_nmi = doorbell_no_nmi();
	struct whereabouts where;

	if (whereabouts_read(cpu, &where) && where.ns >= asked_ns) {
		whereabouts_print(cpu);
	} else if (no_nmi != NULL) {
		printk("cpu %u: no backtrace; nothing here interrupts a masked CPU: %s\n", cpu,
		       no_nmi);
	} else {
		printk("cpu %u: no backtrace, although it would be interrupted when masked\n", cpu);
	}
}

static void ping(struct pt_regs *regs)
{
	if (in_interrupt() && regs != NULL && arch_regs_user(regs)) {
		percpu_count(&this_cpu()->from_user);
	}
	heard(IPI_PING);
}

/* As the library prints an address, without its "0x". strtoul() would want an errno per thread. */
static unsigned long read_hex(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned long value = 0;
	const char *digit;

	while (*text != '\0' && (digit = strchr(digits, *text)) != NULL) {
		value = value << 4 | (unsigned long)(digit - digits);
		text++;
	}
	return value;
}

/* The library names functions by their addresses. */
static void report(const char *line)
{
	const char *address = strstr(line, "function 0x");
	unsigned long offset = 0;
	const char *name = NULL;

	if (address != NULL) {
		name = symbol_find(read_hex(address + strlen("function 0x")), &offset);
	}
	if (name != NULL) {
		printk("crosscall: %s (%s)\n", line, name);
	} else {
		printk("crosscall: %s\n", line);
	}
	conform_note_report(line);
}

const struct ipi_ops kernel_ipi_ops = {
	.handler =
		{
			[IPI_RESCHEDULE] = scheduler_ipi,
			[IPI_CPU_STOP] = cpu_stop,
			[IPI_CPU_CRASH_STOP] = cpu_crash_stop,
			[IPI_TIMER] = tick_receive_broadcast,
			[IPI_CPU_BACKTRACE] = backtrace,
			[IPI_PING] = ping,
		},
	.report = report,
	.stalled = stalled,
};
