/* SPDX-License-Identifier: MIT */
/* What the files of core/ tell each other. */
#ifndef CORE_SMP_H
#define CORE_SMP_H

#include <stdbool.h>

#include <crosscall/ipi.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>
#include <crosscall/smp_call.h>

/* core/cpu.c: true when every member of the set is below nr_cpu_ids(). */
bool cpumask_is_possible(const struct cpumask *mask);

/* core/cpu.c: moves those that are offline to *offline, which is empty. False: there is none. */
bool cpumask_split_online(struct cpumask *mask, struct cpumask *offline);

/*
 * core/ipi_kinds.c: the adopter's table and the kinds registered on top. kinds_init() starts over
 * from nothing. kinds_enable() and kinds_disable() act on this CPU.
 */
void kinds_init(const struct ipi_ops *ops);
const struct ipi_ops *ipi_ops(void);
int kinds_enable(void);
void kinds_disable(void);
void kind_enable_wakeup(void); /* for a parked CPU, which hears nothing else */
bool kind_has_handler(unsigned int ipinr);
ipi_handler_t kind_handler(unsigned int ipinr); /* null for the library's own */
unsigned int kind_irq(unsigned int ipinr); /* 0: the doorbell has no such kind, or there is none */
bool kinds_have_range(void);
void ipi_report(const char *line);
unsigned int ipi_nearest(unsigned int cpu,
			 const struct cpumask *mask); /* CROSSCALL_NR_CPUS: empty */

/*
 * core/ipi.c. ipi_skipped() counts sends that were known to be needless, ipi_polled() those that a
 * polling CPU finds by itself. A ring that failed is owed to the CPU: whoever relies on an earlier
 * ring of the same kind asks ipi_take_owed(), and rings when it says so.
 */
void ipi_init(void);
void ipi_skipped(unsigned int ipinr, unsigned int nr);
void ipi_polled(unsigned int ipinr, unsigned int nr);
bool ipi_take_owed(unsigned int cpu, unsigned int ipinr);

/*
 * core/ipi.c: runs this CPU's handler of a kind that came without its doorbell. One that is
 * disabled here goes to the doorbell after all, where it waits for the enable. Interrupts masked.
 */
void ipi_deliver(unsigned int ipinr);

/* core/ipi.c: as smp_cross_call(), for CPUs that shall be rung whether they poll or not. */
int smp_cross_call_ring(const struct cpumask *mask, unsigned int ipinr);

/*
 * core/rescue.c: rings a CPU for a kind that was raised before, also where a send would be
 * coalesced. Any context.
 */
void ipi_ring_again(unsigned int cpu, unsigned int ipinr);

/* core/ipi_stats.c: counts on this CPU; interrupts masked, but for ipi_rescued(). */
enum ipi_stat {
	IPI_RAISED,
	IPI_SENT,
	IPI_COALESCED,
	IPI_SKIPPED,
	IPI_POLLED,
	IPI_FAILED,
	IPI_RECEIVED,
	IPI_RESCUED,
	NR_IPI_STATS,
};
void ipi_stats_init(void);
void ipi_stats_add(unsigned int ipinr, enum ipi_stat stat, unsigned int nr);
void ipi_stats_add_unknown(void);
void ipi_rescued(unsigned int ipinr);

/* core/ipi_latency.c: marks a send, its entry and its end. Interrupts masked. */
void latency_init(unsigned int nr_cpus, void *memory);
void latency_send(const struct cpumask *mask, unsigned int ipinr);
uint64_t latency_entry(unsigned int ipinr); /* for latency_done() */
void latency_done(unsigned int ipinr, uint64_t entry);

/* core/irq_work.c */
void irq_work_init(void);
void irq_work_open(void);
void irq_work_close(void);
void irq_work_run(void);

/* core/tlb.c: what IPI_TLB_FLUSH does, and every wait with interrupts masked. */
void tlb_serve(void);
void tlb_reset(void);

/* core/stop.c: what IPI_CPU_STOP does. */
void ipi_cpu_stop(struct pt_regs *regs);

/* core/crash.c: what IPI_CPU_CRASH_STOP does. */
void crash_init(void);
void ipi_cpu_crash_stop(struct pt_regs *regs);

/* core/parking.c: what IPI_WAKEUP does. */
void parking_init(void);
void ipi_wakeup(void);

/*
 * core/idle.c. idle_tell() gives the kind to those CPUs of *mask that poll, takes them out of it,
 * and returns how many these are; result->coalesced has those among them that had it already.
 * idle_take() ends this CPU's polling, serves what it was given, and says whether that was
 * anything. Both with interrupts masked.
 */
void idle_init(void);
unsigned int idle_tell(struct cpumask *mask, unsigned int ipinr, struct ipi_send_result *result);
bool idle_take(void);

/* core/panic.c: for misuse. smp_panic() says "who: CPU n what". */
_Noreturn void smp_panic(const char *who, const char *what);

/* True when interrupts are masked here. */
static inline bool smp_irqs_masked(void)
{
	unsigned long state = port_local_irq_save();

	port_local_irq_restore(state);
	return state == 0;
}

/* Panics in the name of 'who' when interrupts are enabled. */
void smp_assert_irqs_masked(const char *who);

#endif
