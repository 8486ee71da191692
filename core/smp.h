/* SPDX-License-Identifier: MIT */
/* What the files of core/ tell each other. */
#ifndef CORE_SMP_H
#define CORE_SMP_H

#include <stdatomic.h>
#include <stdbool.h>

#include <crosscall/ipi.h>
#include <crosscall/irq_domain.h>
#include <crosscall/port.h>
#include <crosscall/smp_call.h>

/* core/cpu.c: true when every member of the set is below nr_cpu_ids(). */
bool cpumask_is_possible(const struct cpumask *mask);

/*
 * core/ipi_kinds.c: the adopter's table and the kinds registered on top. kinds_init() starts over
 * from nothing. kinds_enable() and kinds_disable() act on this CPU.
 */
void kinds_init(const struct ipi_ops *ops);
const struct ipi_ops *ipi_ops(void);
int kinds_enable(void);
void kinds_enable_new(void); /* once online: those registered since kinds_enable() */
void kinds_disable(void);
void kind_enable_wakeup(void); /* for a parked CPU, which hears nothing else */
bool kind_has_handler(unsigned int ipinr);
ipi_handler_t kind_handler(unsigned int ipinr); /* null for the library's own */
unsigned int kind_irq(unsigned int ipinr); /* 0: the doorbell has no such kind, or there is none */
bool kinds_have_range(void);
int kind_sendable(unsigned int ipinr); /* its interrupt; or -ENXIO, -EOPNOTSUPP */
void ipi_report(const char *line);
unsigned int ipi_nearest(unsigned int cpu,
			 const struct cpumask *mask); /* CROSSCALL_NR_CPUS: empty */

/* core/irq_domain.c: some CPU has it enabled. 'irq' is one that there is. */
bool irq_is_enabled_somewhere(unsigned int irq);

/*
 * core/ipi.c. A ring that failed is owed to the CPU: whoever relies on an earlier ring of the same
 * kind asks ipi_take_owed(), and rings when it says so.
 */
struct ipi_owed {
	/* Bit k: a ring of kind k failed, and nobody has rung since. Any CPU writes it. */
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t kinds;
};
extern struct ipi_owed ipi_owed[CROSSCALL_NR_CPUS];

void ipi_init(void);
bool ipi_take_owed(unsigned int cpu, unsigned int ipinr);

/* False, as ever when rings work: ipi_take_owed() has nothing to take. */
static inline bool ipi_is_owed(unsigned int cpu, unsigned int ipinr)
{
	/* relaxed: ipi_take_owed() decides */
	uint32_t kinds = atomic_load_explicit(&ipi_owed[cpu].kinds, memory_order_relaxed);

	return (kinds >> ipinr & 1) != 0;
}

/*
 * core/ipi.c: smp_cross_call() to one CPU, which everything that has one target goes through.
 * Context: interrupts masked. Returns as that.
 */
int ipi_send_to(unsigned int cpu, unsigned int ipinr);

/*
 * core/ipi.c: runs this CPU's handler of a kind that came without its doorbell. One that is
 * disabled here goes to the doorbell after all, where it waits for the enable. Interrupts masked.
 */
void ipi_deliver(unsigned int ipinr);

/* core/ipi.c: the same for a CPU that shall be rung whether it polls or not. */
int ipi_ring(unsigned int cpu, unsigned int ipinr);

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
void ipi_stats_raised(unsigned int ipinr,
		      enum ipi_stat stat); /* one target, and what became of it */
void ipi_stats_add_unknown(void);
void ipi_rescued(unsigned int ipinr);

/* core/ipi_latency.c: marks a send, its entry and its end. Interrupts masked. */
void latency_init(unsigned int nr_cpus, void *memory);
void latency_forget(void); /* of this CPU, before it comes online: what was sent to it before */
void latency_send(unsigned int cpu, unsigned int ipinr);
uint64_t latency_entry(unsigned int ipinr); /* for latency_done(), unless it is 0 */
void latency_done(unsigned int ipinr, uint64_t entry);

/* core/irq_work.c */
void irq_work_init(void);
void irq_work_open(void);
void irq_work_close(void);
void irq_work_run(void);

/*
 * core/tlb_local.c: what IPI_TLB_FLUSH does ('asked', counted when there is nothing to do), and
 * every wait with interrupts masked.
 */
void tlb_serve(bool asked);

/*
 * core/tlb_local.c: around the time in which this CPU is stopped in the middle of what it does.
 * tlb_pause() returns what tlb_resume() is to be told. Interrupts masked.
 */
bool tlb_pause(void);
void tlb_resume(bool paused);

void tlb_reset(void);

/* core/resched.c: before this CPU comes online. Interrupts masked. */
void resched_owe_ring(void);

/* core/stop.c: what IPI_CPU_STOP does; and before this CPU comes online. */
void ipi_cpu_stop(struct pt_regs *regs);
void stop_init(void);
void stop_forget(void);

/* core/crash.c: what IPI_CPU_CRASH_STOP does. */
void crash_init(void);
void ipi_cpu_crash_stop(struct pt_regs *regs);

/* core/parking.c: what IPI_WAKEUP does. */
void parking_init(void);
void ipi_wakeup(void);

/*
 * core/idle.c. idle_tell() gives the kind to the CPU if that polls: IPI_POLLED, or IPI_COALESCED
 * when it had it already. IPI_SENT: it has to be rung.
 * idle_take() ends this CPU's polling, serves what it was given, and says whether that was
 * anything. Both with interrupts masked.
 */
void idle_init(void);
enum ipi_stat idle_tell(unsigned int cpu, unsigned int ipinr);
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

/*
 * Nanoseconds since port_clock_ns() said 'start', perhaps on another CPU, whose clock may be a
 * little ahead: never less than 0.
 */
static inline uint64_t smp_elapsed_ns(uint64_t start)
{
	int64_t ns = (int64_t)(port_clock_ns() - start);

	return ns < 0 ? 0 : (uint64_t)ns;
}

/* Panics in the name of 'who' when interrupts are enabled. */
void smp_assert_irqs_masked(const char *who);

#endif
