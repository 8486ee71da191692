/* SPDX-License-Identifier: MIT */
/* Sending and receiving kinds. */
#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/ipi.h>
#include <crosscall/irq_context.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>

#include "core/call.h"
#include "core/smp.h"
#include "core/text.h"

struct ipi_owed ipi_owed[CROSSCALL_NR_CPUS];
static _Atomic uint32_t reported[NR_IPI + 1];

void ipi_init(void)
{
	/* relaxed: no CPU is online */
	for (unsigned int i = 0; i <= NR_IPI; i++) {
		atomic_store_explicit(&reported[i], 0, memory_order_relaxed);
	}
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		atomic_store_explicit(&ipi_owed[cpu].kinds, 0, memory_order_relaxed);
	}
}

/* ---- receiving ---- */

static void unknown_ipi(unsigned int ipinr)
{
	unsigned int slot = ipinr < NR_IPI ? ipinr : NR_IPI;

	ipi_stats_add_unknown();
	/* relaxed: only decides who prints */
	if (atomic_exchange_explicit(&reported[slot], 1, memory_order_relaxed) == 0) {
		struct text t;

		text_init(&t);
		text_str(&t, "CPU ");
		text_dec(&t, port_smp_processor_id());
		text_str(&t, ": unknown IPI ");
		text_dec(&t, ipinr);
		text_str(&t, ipinr < NR_IPI ? " ignored (said once a number)"
					    : " ignored (said once for all past the kinds)");
		ipi_report(t.line);
	}
}

static void dispatch(unsigned int ipinr, struct pt_regs *regs)
{
	uint64_t entry = latency_entry(ipinr);

	ipi_stats_add(ipinr, IPI_RECEIVED, 1);
	switch (ipinr) {
	case IPI_CALL_FUNC:
		call_queue_run();
		break;
	case IPI_IRQ_WORK:
		irq_work_run();
		break;
	case IPI_TLB_FLUSH:
		tlb_serve(true);
		break;
	case IPI_WAKEUP:
		ipi_wakeup();
		break;
	case IPI_CPU_STOP:
		ipi_cpu_stop(regs);
		break;
	case IPI_CPU_CRASH_STOP:
		ipi_cpu_crash_stop(regs);
		break;
	default:
		kind_handler(ipinr)(regs);
		break;
	}
	if (entry != 0) {
		latency_done(ipinr, entry);
	}
}

void handle_IPI(unsigned int ipinr, struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	if (kind_has_handler(ipinr)) {
		dispatch(ipinr, regs);
	} else {
		unknown_ipi(ipinr);
	}
	irq_exit(outer);
}

/* ---- sending ---- */

bool ipi_take_owed(unsigned int cpu, unsigned int ipinr)
{
	uint32_t bit = UINT32_C(1) << ipinr;

	/* rule 12, acquire: pairs with note_owed() */
	return ipi_is_owed(cpu, ipinr) &&
	       (atomic_fetch_and_explicit(&ipi_owed[cpu].kinds, ~bit, memory_order_acquire) &
		bit) != 0;
}

static void note_owed(unsigned int cpu, unsigned int ipinr)
{
	/*
	 * rule 12, release: hands on the note of the doorbell below, which the next ring must find
	 */
	atomic_fetch_or_explicit(&ipi_owed[cpu].kinds, UINT32_C(1) << ipinr, memory_order_release);
}

void ipi_deliver(unsigned int ipinr)
{
	struct irq_data *data = irq_get_irq_data(kind_irq(ipinr));

	if (irq_percpu_is_enabled(data->irq)) {
		(void)generic_handle_domain_irq(data->domain, data->hwirq);
		return;
	}
	unsigned int self = port_smp_processor_id();

	/* A ring of this CPU itself that fails is owed, as any other. */
	if (ipi_send_single(data->irq, self) < 0) {
		note_owed(self, ipinr);
	}
}

/*
 * All of a send to one CPU that comes before its doorbell. What became of it: IPI_SENT when the
 * doorbell is still to be rung, IPI_FAILED when the CPU cannot hear. IPI_WAKEUP is for CPUs that
 * are not online.
 */
static enum ipi_stat send_without_ring(unsigned int cpu, unsigned int ipinr, bool may_poll)
{
	if (ipinr != IPI_WAKEUP && !cpu_online(cpu)) {
		return IPI_FAILED;
	}
	latency_send(cpu, ipinr);
	return may_poll ? idle_tell(cpu, ipinr) : IPI_SENT;
}

/*
 * The ring of a CPU has failed. One that left between the look and the ring is offline, not deaf:
 * -ENXIO, and nothing is owed to it, because what it had accepted it executes.
 */
static int judge_unreached(unsigned int cpu, unsigned int ipinr)
{
	if (ipinr != IPI_WAKEUP && !cpu_online(cpu)) {
		return -ENXIO;
	}
	note_owed(cpu, ipinr);
	return -EIO;
}

/* Rings one CPU, and says in *stat what became of that. */
static int ring_single(unsigned int irq, unsigned int cpu, unsigned int ipinr, enum ipi_stat *stat)
{
	int rung = ipi_send_single(irq, cpu);

	if (rung < 0) {
		*stat = IPI_FAILED;
		return judge_unreached(cpu, ipinr);
	}
	*stat = rung != 0 ? IPI_SENT : IPI_COALESCED;
	return 0;
}

/* 'irq' is the kind's. The CPU's number is checked, interrupts are masked. */
static int send_single(unsigned int irq, unsigned int cpu, unsigned int ipinr, bool may_poll)
{
	enum ipi_stat stat = send_without_ring(cpu, ipinr, may_poll);
	int err = stat == IPI_FAILED ? -ENXIO : 0;

	if (stat == IPI_SENT) {
		err = ring_single(irq, cpu, ipinr, &stat);
	}
	ipi_stats_raised(ipinr, stat);
	return err;
}

/* A send to a set, under way: how often each outcome was, and who was not reached. */
struct send {
	unsigned int irq;
	unsigned int ipinr;
	unsigned int nr[NR_IPI_STATS];
	struct cpumask unreached;
};

/* Rings a set at once. */
static int ring_mask(struct send *send, const struct cpumask *ringing)
{
	struct ipi_send_result result = {0};
	int err = 0;
	unsigned int cpu;

	if (ipi_send_mask(send->irq, ringing, &result) != 0) {
		for_each_cpu_below(cpu, nr_cpu_ids(), &result.unreached) {
			int why = judge_unreached(cpu, send->ipinr);

			err = err == -EIO ? err : why;
			cpumask_set_cpu(cpu, &send->unreached);
			send->nr[IPI_FAILED]++;
		}
	}
	send->nr[IPI_SENT] = result.sent;
	send->nr[IPI_COALESCED] += result.coalesced;
	return err;
}

static void count_send(const struct send *send)
{
	static const enum ipi_stat stats[] = {IPI_RAISED, IPI_SENT, IPI_COALESCED, IPI_POLLED,
					      IPI_FAILED};

	for (unsigned int i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		if (send->nr[stats[i]] != 0) {
			ipi_stats_add(send->ipinr, stats[i], send->nr[stats[i]]);
		}
	}
}

/* send_single() for each, but that those which have to be rung are rung at once. */
static int send_mask(struct send *send, const struct cpumask *mask)
{
	unsigned int end = nr_cpu_ids();
	struct cpumask ringing = {{0}};
	unsigned int cpu;

	for_each_cpu_below(cpu, end, mask) {
		enum ipi_stat stat = send_without_ring(cpu, send->ipinr, true);

		send->nr[IPI_RAISED]++;
		send->nr[stat]++;
		if (stat == IPI_SENT) {
			cpumask_set_cpu(cpu, &ringing);
		} else if (stat == IPI_FAILED) {
			cpumask_set_cpu(cpu, &send->unreached);
		}
	}
	int err = send->nr[IPI_FAILED] != 0 ? -ENXIO : 0;
	int ring_err = send->nr[IPI_SENT] != 0 ? ring_mask(send, &ringing) : 0;

	count_send(send);
	return ring_err != 0 ? ring_err : err;
}

/* The only member; CROSSCALL_NR_CPUS when there are more, or none. */
static unsigned int only_member(const struct cpumask *mask)
{
	unsigned int end = nr_cpu_ids();
	unsigned int cpu = cpumask_next_below(0, end, mask);

	return cpu < end && cpumask_next_below(cpu + 1, end, mask) == end ? cpu : CROSSCALL_NR_CPUS;
}

static int send_checked(unsigned int irq, const struct cpumask *mask, unsigned int ipinr,
			struct cpumask *unreached)
{
	unsigned int only = only_member(mask);
	unsigned long state = port_local_irq_save();
	int err;

	if (only != CROSSCALL_NR_CPUS) {
		err = send_single(irq, only, ipinr, true);
		if (unreached != NULL) {
			*unreached = cpumask_of(err == 0 ? CROSSCALL_NR_CPUS : only);
		}
	} else {
		struct send send = {.irq = irq, .ipinr = ipinr};

		err = send_mask(&send, mask);
		if (unreached != NULL) {
			*unreached = send.unreached;
		}
	}
	port_local_irq_restore(state);
	return err;
}

int smp_cross_call(const struct cpumask *mask, unsigned int ipinr, struct cpumask *unreached)
{
	int irq = -EINVAL;

	if (mask != NULL && ipinr < NR_IPI && cpumask_is_possible(mask)) {
		irq = kind_sendable(ipinr);
	}
	if (irq > 0) {
		return send_checked((unsigned int)irq, mask, ipinr, unreached);
	}
	if (unreached != NULL) {
		*unreached = mask != NULL ? *mask : (struct cpumask){{0}};
	}
	return irq;
}

int ipi_send_to(unsigned int cpu, unsigned int ipinr)
{
	int irq = kind_sendable(ipinr);

	return irq < 0 ? irq : send_single((unsigned int)irq, cpu, ipinr, true);
}

int ipi_ring(unsigned int cpu, unsigned int ipinr)
{
	int irq = kind_sendable(ipinr);

	return irq < 0 ? irq : send_single((unsigned int)irq, cpu, ipinr, false);
}

int smp_send_reschedule(unsigned int cpu)
{
	int err = cpu < nr_cpu_ids() ? kind_sendable(IPI_RESCHEDULE) : -EINVAL;

	if (err < 0) {
		return err;
	}
	unsigned long state = port_local_irq_save();

	if (cpu == port_smp_processor_id()) {
		ipi_stats_raised(IPI_RESCHEDULE, IPI_SKIPPED);
		err = 0;
	} else {
		err = send_single((unsigned int)err, cpu, IPI_RESCHEDULE, true);
	}
	port_local_irq_restore(state);
	return err;
}
