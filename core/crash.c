/* SPDX-License-Identifier: MIT */
/*
 * Crash stop.
 *
 * Invariant: one CPU crashes; a CPU that is marked as stopped has saved what it wants to show, and
 * does nothing any more.
 *
 * Writers: 'owner' is the CPU that crashes, plus one; whoever crashes first sets it, once. A CPU's
 * bit of 'stopped' is set by the CPU itself, and never cleared.
 *
 *  1. 'owner' goes from 0 to a CPU by a compare-and-swap, so one of several crashing CPUs wins; it
 *     carries no data.
 *  2. A CPU saves its registers, then sets its bit (release): in its handler, or as a crashing CPU
 *     that lost, whose interrupts are masked and which never gets there; it has saved them before
 *     it called. So all but the winner set theirs, unless they are dead.
 *  3. The winner that finds the bit (acquire) has the registers: bits of other CPUs in the same
 *     word are set by read-modify-writes, which continue the release sequence.
 *  4. The winner takes no lock and waits for a bounded time: who is missing is reported.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/stop.h>

#include "core/smp.h"

static _Atomic uint32_t owner;
static _Atomic unsigned long stopped[CPUMASK_WORDS];

void crash_init(void)
{
	/* relaxed: no CPU is online */
	atomic_store_explicit(&owner, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < CPUMASK_WORDS; i++) {
		atomic_store_explicit(&stopped[i], 0, memory_order_relaxed);
	}
}

static void set_stopped(unsigned int cpu)
{
	/* rule 14, release: what the CPU saved; pairs with the acquire in not_stopped() */
	atomic_fetch_or_explicit(&stopped[cpu / CPUMASK_WORD_BITS], cpumask_bit(cpu),
				 memory_order_release);
}

void ipi_cpu_crash_stop(struct pt_regs *regs)
{
	kind_handler(IPI_CPU_CRASH_STOP)(regs);
	set_stopped(port_smp_processor_id());
	kind_handler(IPI_CPU_STOP)(regs);
	smp_panic("handler[IPI_CPU_STOP]", "came back from a crash stop");
}

/* The CPUs of the set that have not stopped. */
static void not_stopped(const struct cpumask *mask, struct cpumask *left)
{
	for (unsigned int i = 0; i < CPUMASK_WORDS; i++) {
		/* rule 14, acquire: pairs with the release in set_stopped() */
		left->bits[i] = mask->bits[i] &
				~atomic_load_explicit(&stopped[i], memory_order_acquire);
	}
}

static int stop_others(unsigned int self, uint64_t timeout_ns, struct cpumask *left)
{
	struct cpumask others;
	uint64_t start = port_clock_ns();

	cpumask_copy_online(&others);
	cpumask_clear_cpu(self, &others);
	*left = others;
	/* Who cannot be rung shows as silent. */
	crosscall_ignore(smp_cross_call(&others, IPI_CPU_CRASH_STOP, NULL));
	for (;;) {
		not_stopped(&others, left);
		if (cpumask_empty(left)) {
			return 0;
		}
		if (smp_elapsed_ns(start) > timeout_ns) {
			return -ETIMEDOUT;
		}
		port_cpu_relax();
	}
}

int smp_send_crash_stop(uint64_t timeout_ns, struct cpumask *silent)
{
	uint32_t none = 0;
	struct cpumask left = {{0}};

	if (silent != NULL) {
		*silent = left;
	}
	(void)port_local_irq_save();
	unsigned int self = port_smp_processor_id();

	if (!kind_has_handler(IPI_CPU_STOP) || !kind_has_handler(IPI_CPU_CRASH_STOP)) {
		return -EOPNOTSUPP;
	}
	/* relaxed: only decides who is first */
	if (!atomic_compare_exchange_strong_explicit(&owner, &none, self + 1, memory_order_relaxed,
						     memory_order_relaxed)) {
		set_stopped(self);
		return -EBUSY;
	}
	int err = stop_others(self, timeout_ns, &left);

	if (silent != NULL) {
		*silent = left;
	}
	return err;
}
