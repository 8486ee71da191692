/* SPDX-License-Identifier: MIT */
#include "kernel/ipi_ops.h"

#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/irq_context.h>
#include <crosscall/irq_work.h>
#include <crosscall/parking.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/conform.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/sched/sched.h"

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

static void cpu_crash_stop(struct pt_regs *regs)
{
	if (regs != NULL) {
		this_cpu()->crash_pc = arch_regs_pc(regs);
		this_cpu()->crash_sp = arch_regs_sp(regs);
	}
}

/* Relaxed: sends that come after see it, see backtrace_silently(). */
static atomic_bool silent_backtrace;

void backtrace_silently(bool on)
{
	atomic_store_explicit(&silent_backtrace, on, memory_order_relaxed);
}

static void print_backtrace(struct pt_regs *regs)
{
	unsigned long state = console_lock();

	printk("cpu %u was interrupted here:\n", this_cpu()->cpu);
	printk("  in thread %s\n", sched_current_name(this_cpu()->cpu));
	if (regs != NULL) {
		arch_show_regs(regs);
	}
	console_unlock(state);
}

static void backtrace(struct pt_regs *regs)
{
	if (!atomic_load_explicit(&silent_backtrace, memory_order_relaxed)) {
		print_backtrace(regs);
	}
	heard(IPI_CPU_BACKTRACE);
}

static void ping(struct pt_regs *regs)
{
	if (in_interrupt() && regs != NULL && arch_regs_user(regs)) {
		percpu_count(&this_cpu()->from_user);
	}
	heard(IPI_PING);
}

static void report(const char *line)
{
	printk("crosscall: %s\n", line);
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
};
