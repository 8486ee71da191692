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

/*
 * Bit k: a ring of kind k failed, and nobody has rung since. Read by senders, written when a ring
 * fails.
 */
struct ipi_owed {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t kinds;
};

static struct ipi_owed owed[CROSSCALL_NR_CPUS];
static _Atomic uint32_t reported[NR_IPI + 1];

void ipi_init(void)
{
	/* relaxed: no CPU is online */
	for (unsigned int i = 0; i <= NR_IPI; i++) {
		atomic_store_explicit(&reported[i], 0, memory_order_relaxed);
	}
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		atomic_store_explicit(&owed[cpu].kinds, 0, memory_order_relaxed);
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
		text_str(&t, " ignored (said once a number)");
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
		tlb_serve();
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
	latency_done(ipinr, entry);
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
	return (atomic_load_explicit(&owed[cpu].kinds, memory_order_relaxed) & bit) != 0 &&
	       (atomic_fetch_and_explicit(&owed[cpu].kinds, ~bit, memory_order_acquire) & bit) != 0;
}

static void note_owed(const struct cpumask *unreached, unsigned int ipinr)
{
	unsigned int cpu;

	for_each_cpu(cpu, unreached) {
		/*
		 * rule 12, release: hands on the note of the doorbell below, which the next ring
		 * must find
		 */
		atomic_fetch_or_explicit(&owed[cpu].kinds, UINT32_C(1) << ipinr,
					 memory_order_release);
	}
}

void ipi_skipped(unsigned int ipinr, unsigned int nr)
{
	ipi_stats_add(ipinr, IPI_RAISED, nr);
	ipi_stats_add(ipinr, IPI_SKIPPED, nr);
}

void ipi_polled(unsigned int ipinr, unsigned int nr)
{
	ipi_stats_add(ipinr, IPI_RAISED, nr);
	ipi_stats_add(ipinr, IPI_POLLED, nr);
}

void ipi_deliver(unsigned int ipinr)
{
	struct irq_data *data = irq_get_irq_data(kind_irq(ipinr));

	if (irq_percpu_is_enabled(data->irq)) {
		(void)generic_handle_domain_irq(data->domain, data->hwirq);
		return;
	}
	struct cpumask self = cpumask_of(port_smp_processor_id());
	struct ipi_send_result result = {0};

	/* A ring of this CPU itself that fails is owed, as any other. */
	if (ipi_send_mask(data->irq, &self, &result) != 0) {
		note_owed(&result.unreached, ipinr);
	}
}

static int check_send(const struct cpumask *mask, unsigned int ipinr)
{
	if (mask == NULL || ipinr >= NR_IPI || !cpumask_is_possible(mask)) {
		return -EINVAL;
	}
	if (!kinds_have_range()) {
		return -ENXIO;
	}
	return kind_irq(ipinr) != 0 && kind_has_handler(ipinr) ? 0 : -EOPNOTSUPP;
}

/*
 * Takes the CPUs that cannot hear out of *reachable and puts them into *unreached. IPI_WAKEUP is
 * for CPUs that are not online.
 */
static int drop_offline(unsigned int ipinr, struct cpumask *reachable, struct cpumask *unreached)
{
	if (ipinr == IPI_WAKEUP) {
		return 0;
	}
	return cpumask_split_online(reachable, unreached) ? -ENXIO : 0;
}

/* Those of *reachable that poll are told, the others rung. */
static int send_to(struct cpumask *reachable, unsigned int ipinr, bool may_poll,
		   struct ipi_send_result *result)
{
	unsigned int told = may_poll ? idle_tell(reachable, ipinr, result) : 0;

	if (told != 0) {
		ipi_stats_add(ipinr, IPI_POLLED, told - result->coalesced);
		if (cpumask_empty(reachable)) {
			return 0;
		}
	}
	return ipi_send_mask(kind_irq(ipinr), reachable, result);
}

/*
 * A CPU that left between the look and the ring is offline, not deaf: -ENXIO when that is all, and
 * nothing is owed to it, because what it had accepted it has executed.
 */
static int judge_unreached(struct cpumask *deaf, unsigned int ipinr)
{
	struct cpumask online;

	if (ipinr != IPI_WAKEUP) {
		cpumask_copy_online(&online);
		cpumask_and(deaf, deaf, &online);
	}
	note_owed(deaf, ipinr);
	return cpumask_empty(deaf) ? -ENXIO : -EIO;
}

/* With interrupts masked; *unreached is empty on entry. */
static int send_counted(const struct cpumask *mask, unsigned int ipinr, bool may_poll,
			struct cpumask *unreached)
{
	struct ipi_send_result result = {0};
	struct cpumask reachable = *mask;
	int err = drop_offline(ipinr, &reachable, unreached);

	latency_send(&reachable, ipinr);
	int send_err = send_to(&reachable, ipinr, may_poll, &result);

	if (send_err != 0) {
		cpumask_or(unreached, unreached, &result.unreached);
		send_err = judge_unreached(&result.unreached, ipinr);
	}
	ipi_stats_add(ipinr, IPI_RAISED, cpumask_weight(mask));
	ipi_stats_add(ipinr, IPI_SENT, result.sent);
	ipi_stats_add(ipinr, IPI_COALESCED, result.coalesced);
	if (send_err == 0 && err == 0) {
		return 0;
	}
	ipi_stats_add(ipinr, IPI_FAILED, cpumask_weight(unreached));
	return send_err != 0 ? send_err : err;
}

static int send_checked(const struct cpumask *mask, unsigned int ipinr, bool may_poll,
			struct cpumask *unreached)
{
	struct cpumask failed = {{0}};
	int err = check_send(mask, ipinr);

	if (err == 0) {
		unsigned long state = port_local_irq_save();

		err = send_counted(mask, ipinr, may_poll, &failed);
		port_local_irq_restore(state);
	} else if (mask != NULL) {
		failed = *mask;
	}
	if (unreached != NULL) {
		*unreached = failed;
	}
	return err;
}

int smp_cross_call(const struct cpumask *mask, unsigned int ipinr, struct cpumask *unreached)
{
	return send_checked(mask, ipinr, true, unreached);
}

int smp_cross_call_ring(const struct cpumask *mask, unsigned int ipinr)
{
	return send_checked(mask, ipinr, false, NULL);
}

int smp_send_reschedule(unsigned int cpu)
{
	if (cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	struct cpumask mask = cpumask_of(cpu);
	int err = check_send(&mask, IPI_RESCHEDULE);

	if (err != 0) {
		return err;
	}
	unsigned long state = port_local_irq_save();

	if (cpu == port_smp_processor_id()) {
		ipi_skipped(IPI_RESCHEDULE, 1);
	} else {
		err = smp_cross_call(&mask, IPI_RESCHEDULE, NULL);
	}
	port_local_irq_restore(state);
	return err;
}
