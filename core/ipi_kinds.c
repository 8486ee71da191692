/* SPDX-License-Identifier: MIT */
/* The kinds: the adopter's table, those registered on top, and their virtual interrupts. */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/ipi.h>
#include <crosscall/irq_context.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>

#include "core/smp.h"

/* Written before the first CPU comes online, which publishes them; read-only after. */
static const struct ipi_ops *ops;
static unsigned int ipi_nr;	       /* kinds that the doorbell has; 0: no range */
static unsigned int kind_irqs[NR_IPI]; /* their interrupts */
static unsigned int numbers[NR_IPI];   /* numbers[k] is k: what a kind's handler is given */

/* Registered kinds. A slot is claimed by the name and usable once the handler is there. */
struct user_kind {
	_Atomic uint32_t claimed;
	const char *name;
	ipi_handler_t _Atomic handler;
};

static struct user_kind user_kinds[NR_IPI];

/*
 * Counts the kinds that were registered and the CPUs that came online. Both change it after they
 * have become visible and before they look for the other, so the later of the two, in this
 * word's one order, sees the earlier: no kind stays disabled on a CPU that came online meanwhile.
 */
static _Atomic uint32_t arrivals;

static void arrive(void)
{
	/* rule 10, acq_rel: pairs with itself */
	atomic_fetch_add_explicit(&arrivals, 1, memory_order_acq_rel);
}

static const char *const names[NR_IPI] = {
	[IPI_RESCHEDULE] = "reschedule",       [IPI_CALL_FUNC] = "call-function",
	[IPI_CPU_STOP] = "cpu-stop",	       [IPI_CPU_CRASH_STOP] = "cpu-crash-stop",
	[IPI_TIMER] = "timer-broadcast",       [IPI_IRQ_WORK] = "irq-work",
	[IPI_WAKEUP] = "cpu-wakeup",	       [IPI_TLB_FLUSH] = "tlb-flush",
	[IPI_CPU_BACKTRACE] = "cpu-backtrace", [IPI_FIRST_USER] = "user-0",
	[IPI_FIRST_USER + 1] = "user-1",       [IPI_FIRST_USER + 2] = "user-2",
	[IPI_FIRST_USER + 3] = "user-3",       [IPI_FIRST_USER + 4] = "user-4",
	[IPI_FIRST_USER + 5] = "user-5",       [IPI_FIRST_USER + 6] = "user-6",
};

void kinds_init(const struct ipi_ops *new_ops)
{
	ops = new_ops;
	for (unsigned int i = 0; i < NR_IPI; i++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&user_kinds[i].claimed, 0, memory_order_relaxed);
		atomic_store_explicit(&user_kinds[i].handler, NULL, memory_order_relaxed);
	}
}

const struct ipi_ops *ipi_ops(void)
{
	return ops;
}

void ipi_report(const char *line)
{
	if (ops != NULL && ops->report != NULL) {
		ops->report(line);
	}
}

ipi_handler_t kind_handler(unsigned int ipinr)
{
	if (ops->handler[ipinr] != NULL) {
		return ops->handler[ipinr];
	}
	/* rule 10, acquire: pairs with the release in ipi_register_kind() */
	return atomic_load_explicit(&user_kinds[ipinr].handler, memory_order_acquire);
}

#define LIBRARY_KINDS                                                                              \
	(1U << IPI_CALL_FUNC | 1U << IPI_IRQ_WORK | 1U << IPI_WAKEUP | 1U << IPI_TLB_FLUSH)

bool kind_has_handler(unsigned int ipinr)
{
	return ipinr < NR_IPI && ops != NULL &&
	       ((LIBRARY_KINDS >> ipinr & 1) != 0 || kind_handler(ipinr) != NULL);
}

const char *ipi_name(unsigned int ipinr)
{
	if (ipinr >= NR_IPI) {
		return "unknown";
	}
	if (ops != NULL && ops->handler[ipinr] == NULL &&
	    atomic_load_explicit(&user_kinds[ipinr].handler, memory_order_acquire) != NULL) {
		return user_kinds[ipinr].name; /* published with the handler, see kind_handler() */
	}
	return names[ipinr];
}

/* ---- the range of virtual interrupts ---- */

bool kinds_have_range(void)
{
	return ipi_nr != 0;
}

unsigned int kind_irq(unsigned int ipinr)
{
	return ipinr < ipi_nr ? kind_irqs[ipinr] : 0;
}

int kind_sendable(unsigned int ipinr)
{
	unsigned int irq = kind_irq(ipinr);

	if (irq == 0) {
		return kinds_have_range() ? -EOPNOTSUPP : -ENXIO;
	}
	return kind_has_handler(ipinr) ? (int)irq : -EOPNOTSUPP;
}

static void ipi_irq(unsigned int irq, void *dev_id)
{
	(void)irq;
	handle_IPI(*(const unsigned int *)dev_id, get_irq_regs());
}

static int request_kind(unsigned int ipinr, unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	if (data == NULL || data->domain->token != DOMAIN_BUS_IPI ||
	    data->domain->chip->ipi_send_mask == NULL) {
		return -EINVAL;
	}
	numbers[ipinr] = ipinr;
	return request_percpu_irq(irq, ipi_irq, ipi_name(ipinr), &numbers[ipinr], 0);
}

static void free_kinds(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		(void)free_percpu_irq(kind_irqs[i]);
	}
}

int set_smp_ipi_range(unsigned int base, unsigned int nr)
{
	if (nr <= IPI_IRQ_WORK || nr > NR_IPI || ops == NULL) {
		return -EINVAL;
	}
	if (ipi_nr != 0) {
		return -EBUSY;
	}
	for (unsigned int i = 0; i < nr; i++) {
		int err = request_kind(i, base + i);

		if (err != 0) {
			free_kinds(i);
			return err;
		}
		kind_irqs[i] = base + i;
	}
	ipi_nr = nr;
	return 0;
}

int set_smp_nmi_irq(unsigned int ipinr, unsigned int irq)
{
	if (ipinr >= NR_IPI || (IPI_NMI_KINDS & UINT32_C(1) << ipinr) == 0) {
		return -EINVAL;
	}
	if (ipinr >= ipi_nr) {
		return -ENXIO;
	}
	if (num_online_cpus() != 0) {
		return -EBUSY;
	}
	int err = request_kind(ipinr, irq);

	if (err == 0) {
		(void)free_percpu_irq(kind_irqs[ipinr]);
		kind_irqs[ipinr] = irq;
	}
	return err;
}

/* A parked CPU is not online, and hears IPI_WAKEUP. */
static bool is_heard_by_some(void)
{
	for (unsigned int i = 0; i < ipi_nr; i++) {
		if (irq_is_enabled_somewhere(kind_irqs[i])) {
			return true;
		}
	}
	return false;
}

int clear_smp_ipi_range(void)
{
	if (ipi_nr == 0) {
		return -ENXIO;
	}
	if (num_online_cpus() != 0 || is_heard_by_some()) {
		return -EBUSY;
	}
	free_kinds(ipi_nr);
	ipi_nr = 0;
	return 0;
}

int kinds_enable(void)
{
	if (ipi_nr == 0) {
		return -ENXIO;
	}
	for (unsigned int i = 0; i < ipi_nr; i++) {
		if (kind_has_handler(i)) {
			(void)enable_percpu_irq(kind_irqs[i]);
		}
	}
	return 0;
}

void kinds_enable_new(void)
{
	arrive();
	for (unsigned int i = IPI_FIRST_USER; i < ipi_nr; i++) {
		if (kind_has_handler(i) && !irq_percpu_is_enabled(kind_irqs[i])) {
			(void)enable_percpu_irq(kind_irqs[i]);
		}
	}
}

void kind_enable_wakeup(void)
{
	if (kind_irq(IPI_WAKEUP) != 0) {
		(void)enable_percpu_irq(kind_irq(IPI_WAKEUP));
	}
}

void kinds_disable(void)
{
	for (unsigned int i = 0; i < ipi_nr; i++) {
		if (irq_percpu_is_enabled(kind_irqs[i])) {
			(void)disable_percpu_irq(kind_irqs[i]);
		}
	}
}

/* ---- users' own ---- */

static void enable_kind(void *info)
{
	(void)enable_percpu_irq(*(const unsigned int *)info);
}

static int claim_kind(void)
{
	for (unsigned int kind = IPI_FIRST_USER; kind < ipi_nr; kind++) {
		/* relaxed: only decides whose the slot is */
		if (ops->handler[kind] == NULL &&
		    atomic_exchange_explicit(&user_kinds[kind].claimed, 1, memory_order_relaxed) ==
			    0) {
			return (int)kind;
		}
	}
	return -ENOSPC;
}

int ipi_register_kind(const char *name, ipi_handler_t handler)
{
	if (name == NULL || handler == NULL) {
		return -EINVAL;
	}
	if (ipi_nr == 0) {
		return -ENXIO;
	}
	int kind = claim_kind();

	if (kind < 0) {
		return kind;
	}
	unsigned int irq = kind_irqs[kind];

	user_kinds[kind].name = name;
	/*
	 * rule 10, release: pairs with the acquire in kind_handler(). A CPU that arrives from
	 * here on enables the kind itself; those that have arrived are asked to, before anybody
	 * can know its number.
	 */
	atomic_store_explicit(&user_kinds[kind].handler, handler, memory_order_release);
	arrive();
	int err = on_each_cpu(enable_kind, &irq, true);

	if (err != 0) {
		/*
		 * Nobody knows the number, so nobody sends it. The slot is not used again: it may
		 * be enabled on some CPUs.
		 */
		atomic_store_explicit(&user_kinds[kind].handler, NULL, memory_order_relaxed);
	}
	return err != 0 ? err : kind;
}

unsigned int ipi_nearest(unsigned int cpu, const struct cpumask *mask)
{
	unsigned int best = CROSSCALL_NR_CPUS;
	unsigned int best_distance = 0;
	unsigned int each;

	for_each_cpu(each, mask) {
		unsigned int distance = each > cpu ? each - cpu : cpu - each;

		if (ops->distance != NULL) {
			distance = ops->distance(cpu, each);
		}
		if (best == CROSSCALL_NR_CPUS || distance < best_distance) {
			best = each;
			best_distance = distance;
		}
	}
	return best;
}
