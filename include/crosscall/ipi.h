/* SPDX-License-Identifier: MIT */
/* The kinds of inter-processor interrupts, how they are sent, and what a kernel does on each. */
#ifndef CROSSCALL_IPI_H
#define CROSSCALL_IPI_H

#include <stdint.h>

#include <crosscall/cpumask.h>

/* The registers of the interrupted context; the library only passes the pointer on. */
struct pt_regs;

typedef void (*ipi_handler_t)(struct pt_regs *regs);

/* The numbers are fixed: on a GIC with direct SGIs they are the SGI numbers. */
enum ipi_kind {
	IPI_RESCHEDULE = 0,
	IPI_CALL_FUNC = 1, /* the library's own */
	IPI_CPU_STOP = 2,
	IPI_CPU_CRASH_STOP = 3,
	IPI_TIMER = 4,
	IPI_IRQ_WORK = 5,  /* the library's own */
	IPI_WAKEUP = 6,	   /* the library's own: parking.h */
	IPI_TLB_FLUSH = 7, /* the library's own: tlb.h */
	IPI_CPU_BACKTRACE = 8,
	IPI_FIRST_USER = 9, /* from here on the adopter's */
	NR_IPI = 16,
};

/*
 * The kinds that a doorbell delivers NMI-like where it can: also to a CPU that has interrupts
 * masked, at any instruction. Their handlers take no lock that an interrupted context may hold, and
 * wait for nobody; of the library they may call irq_work_queue(), what only looks (cpu_online(),
 * in_interrupt(), counters), and what says that they may.
 */
#define IPI_NMI_KINDS (UINT32_C(1) << IPI_CPU_CRASH_STOP | UINT32_C(1) << IPI_CPU_BACKTRACE)

/*
 * What the kernel does on each kind: one const table. Handlers run in interrupt context with
 * interrupts masked; 'regs' is what the doorbell's entry was given, and null where a polling CPU
 * found the kind without one: IPI_RESCHEDULE and IPI_TIMER, see idle.h. A null handler means that
 * the kind cannot be sent (-EOPNOTSUPP). The slots of the library's own kinds must be null.
 */
struct ipi_ops {
	ipi_handler_t handler[NR_IPI];
	/* How far apart two CPUs are, in any unit; null: by their numbers. */
	unsigned int (*distance)(unsigned int from, unsigned int to);
	/* Takes one line (no newline) about something odd that was survived. May be null. */
	void (*report)(const char *line);
	/*
	 * After a report of a stall, on the CPU that waits, in its context: shows what
	 * handler[IPI_CPU_BACKTRACE] has kept about 'cpu', which was sent it at 'asked_ns' (of
	 * port_clock_ns()) and may not have answered. May be null.
	 */
	void (*stalled)(unsigned int cpu, uint64_t asked_ns);
};

/* The name of a kind, as tables print it ("reschedule"); "unknown" past NR_IPI. Any context. */
const char *ipi_name(unsigned int ipinr);

/*
 * Takes the virtual interrupts base .. base + nr - 1 as kinds 0 .. nr - 1, and installs the
 * handlers.
 * Context: the boot CPU, after crosscall_init(), no CPU online.
 * Returns 0; -EINVAL when nr does not reach past IPI_IRQ_WORK or is more than NR_IPI, or the
 * numbers are no interrupts that can be sent as IPIs; -EBUSY when one is in use.
 */
int set_smp_ipi_range(unsigned int base, unsigned int nr) CROSSCALL_MUST_CHECK;

/*
 * Takes 'irq' instead of the range's for one of IPI_NMI_KINDS: for a doorbell that carries all
 * kinds on one interrupt and has another that is NMI-like (struct doorbell, nmi_irq).
 * Context: the boot CPU, after set_smp_ipi_range(), no CPU online.
 * Returns 0; -EINVAL for another kind, or an interrupt that cannot be sent as an IPI; -ENXIO when
 * the range does not reach the kind; -EBUSY when a CPU is online or the interrupt is in use.
 */
int set_smp_nmi_irq(unsigned int ipinr, unsigned int irq) CROSSCALL_MUST_CHECK;

/*
 * Adds a kind of the user's own: the first number from IPI_FIRST_USER on that the doorbell has
 * and the table leaves empty. name must stay valid. After the return every CPU that is or comes
 * online takes it.
 * Context: interrupts enabled (waits for the other CPUs), after set_smp_ipi_range().
 * Returns the kind's number; -EINVAL for a null pointer; -ENXIO without a range; -ENOSPC when no
 * number is left; -EIO when a CPU could not be told: the kind is not there, and its number is
 * spent.
 */
int ipi_register_kind(const char *name, ipi_handler_t handler) CROSSCALL_MUST_CHECK;

/* Gives the range back. Context: no CPU online. Returns 0, -ENXIO without a range, -EBUSY. */
int clear_smp_ipi_range(void) CROSSCALL_MUST_CHECK;

/*
 * Sends kind 'ipinr' to each CPU of *mask; this CPU too, when it is in the set. Never waits.
 * 'unreached' may be null; otherwise it becomes the set of the CPUs that were not reached.
 * Context: any, interrupts in any state.
 * Ordering: stores before the call are visible to the handler. A kind that is already on its way
 * to a CPU is not sent twice: the handler runs at least once after this call, not once a call.
 * (Not on a CPU that goes offline first; calls and irq_work are executed even then.)
 * A CPU that polls (idle.h) takes IPI_RESCHEDULE, IPI_CALL_FUNC, IPI_TIMER, IPI_IRQ_WORK and
 * IPI_TLB_FLUSH without its doorbell.
 * Returns 0 (also for the empty set); -EINVAL for a null set, a CPU number past nr_cpu_ids(), or
 * a kind past NR_IPI; -EOPNOTSUPP for a kind without a handler or past what the doorbell has;
 * -ENXIO before set_smp_ipi_range() or when a CPU of the set is offline; -EIO when a CPU could
 * not be rung. After -ENXIO and -EIO every CPU outside *unreached was reached.
 */
int smp_cross_call(const struct cpumask *mask, unsigned int ipinr,
		   struct cpumask *unreached) CROSSCALL_MUST_CHECK;

/*
 * Makes 'cpu' pass through its scheduler_ipi() soon. Nothing is sent to this CPU itself (counted as
 * skipped). Context: any. Ordering and returns: as smp_cross_call().
 */
int smp_send_reschedule(unsigned int cpu);

/*
 * The entry of a kind that arrived: interrupt context around it, regs kept for get_irq_regs(),
 * counted, dispatched. A number without a handler is counted, reported once (those past NR_IPI once
 * in all), and survived.
 * Context: interrupt entry, interrupts masked.
 */
void handle_IPI(unsigned int ipinr, struct pt_regs *regs);

#endif
