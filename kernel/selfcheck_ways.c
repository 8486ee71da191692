/* SPDX-License-Identifier: MIT */
#include "kernel/selfcheck_ways.h"

#include <crosscall/crosscall.h>

#include <asm/cpu.h>

#include "kernel/hotplug.h"
#include "kernel/ipi_ops.h"
#include "kernel/ledger.h"
#include "kernel/percpu.h"
#include "kernel/result.h"

static int send_call(unsigned int cpu)
{
	return smp_call_function_single(cpu, ledger_call, NULL, false);
}

static int send_kind(unsigned int cpu, unsigned int kind)
{
	struct cpumask mask = cpumask_of(cpu);

	return smp_cross_call(&mask, kind, NULL);
}

static int send_ping(unsigned int cpu)
{
	return send_kind(cpu, IPI_PING);
}

static int send_tick(unsigned int cpu)
{
	return send_kind(cpu, IPI_TIMER);
}

static int send_tlb_flush(unsigned int cpu)
{
	return send_kind(cpu, IPI_TLB_FLUSH);
}

static int send_backtrace(unsigned int cpu)
{
	return send_kind(cpu, IPI_CPU_BACKTRACE);
}

static int send_registered(unsigned int cpu)
{
	return send_kind(cpu, IPI_REGISTERED);
}

static void count_work(struct irq_work *work)
{
	(void)work;
	percpu_count(&this_cpu()->heard[IPI_IRQ_WORK]);
}

/* One work for each target: nobody queues it while it is queued, rounds being settled. */
static int send_work(unsigned int cpu)
{
	static struct irq_work works[CROSSCALL_NR_CPUS];

	works[cpu].func = count_work;
	return irq_work_queue_on(&works[cpu], cpu);
}

static int send_poll(unsigned int cpu)
{
	return smp_call_function_single_poll(cpu, ledger_call, NULL);
}

static int send_stop_start(unsigned int cpu)
{
	return cpu_freeze(cpu) == NULL && cpu_thaw(cpu) == NULL ? 0 : -ETIMEDOUT;
}

const struct way basic_ways[] = {
	{"reschedule", IPI_RESCHEDULE, 0, false, smp_send_reschedule},
	{"call-function", IPI_CALL_FUNC, 0, true, send_call},
	{"user kind", IPI_PING, 0, true, send_ping},
	{0},
};

const struct way more_ways[] = {
	{"timer-broadcast", IPI_TIMER, 0, true, send_tick},
	{"irq-work", IPI_IRQ_WORK, 0, true, send_work},
	{"tlb-flush", IPI_TLB_FLUSH, 0, true, send_tlb_flush},
	{"cpu-backtrace", IPI_CPU_BACKTRACE, 0, true, send_backtrace},
	{"registered kind", IPI_REGISTERED, 0, true, send_registered},
	{0},
};

const struct way waiting_ways[] = {
	{"poll-safe call, masked", IPI_CALL_FUNC, 0, true, send_poll},
	{"cpu-stop, cpu-wakeup", IPI_CPU_STOP, IPI_WAKEUP, false, send_stop_start},
	{0},
};

static void registered(struct pt_regs *regs)
{
	(void)regs;
	percpu_count(&this_cpu()->heard[IPI_REGISTERED]);
}

void ways_init(void)
{
	int kind = ipi_register_kind("self-check", registered);

	result_check(kind == IPI_REGISTERED, "the first free kind is %d, not %d", kind,
		     IPI_REGISTERED);
}
