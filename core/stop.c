/* SPDX-License-Identifier: MIT */
/*
 * Stopping CPUs.
 *
 * IPI_CPU_STOP alone stops nobody: it may be late, and then find a CPU that has left and come
 * back, or was stopped by another request and goes on. So who wants a CPU stopped adds itself to
 * its 'wanted' before the IPI, and the CPU takes them all. A CPU that comes online forgets what
 * was wanted of it before; who gives up takes its own wish back and leaves those of others. (Were
 * its wish taken, the CPU let go and wanted by another, all before it gives up, it would take that
 * one's: he waits in vain, and is told so.) Relaxed: the word says nothing about other memory, the
 * IPI after it makes it visible (rule 1), and so does the online bit (rule 10) to who finds it
 * set.
 *
 * Two CPUs that want all others stopped would both park in each other's IPI, and nobody would be
 * left: 'stopping' lets one at a time. Relaxed too: it decides only who is first.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/stop.h>

#include "core/call.h"
#include "core/smp.h"

struct stop_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t wanted;
};

static struct stop_cpu stop_cpu[CROSSCALL_NR_CPUS];

static _Atomic uint32_t stopping; /* a CPU stops all others */

void stop_init(void)
{
	atomic_store_explicit(&stopping, 0, memory_order_relaxed);
}

static void want(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		atomic_fetch_add_explicit(&stop_cpu[cpu].wanted, 1, memory_order_relaxed);
	}
}

/* Does nothing when the CPU has taken the wish: it stops, or has stopped. */
static void take_back(unsigned int cpu)
{
	_Atomic uint32_t *wanted = &stop_cpu[cpu].wanted;
	uint32_t old = atomic_load_explicit(wanted, memory_order_relaxed);

	while (old != 0 &&
	       !atomic_compare_exchange_weak_explicit(wanted, &old, old - 1, memory_order_relaxed,
						      memory_order_relaxed)) {
	}
}

static void give_up_on(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		take_back(cpu);
	}
}

void stop_forget(void)
{
	atomic_store_explicit(&stop_cpu[port_smp_processor_id()].wanted, 0, memory_order_relaxed);
}

void ipi_cpu_stop(struct pt_regs *regs)
{
	unsigned int self = port_smp_processor_id();

	if (atomic_exchange_explicit(&stop_cpu[self].wanted, 0, memory_order_relaxed) == 0) {
		return; /* late */
	}
	/*
	 * Offline first: the CPU that asked takes that as the answer, and nothing runs here from
	 * now on. Nobody waits for its TLB either: it catches up if it goes on.
	 */
	bool paused = tlb_pause();

	(void)smp_cpu_dying();
	ipi_ops()->handler[IPI_CPU_STOP](regs);
	/* It came back, so the CPU is to go on. That cannot fail: it was online before. */
	if (smp_cpu_starting() != 0) {
		smp_panic("handler[IPI_CPU_STOP]", "came back and is online already");
	}
	tlb_resume(paused);
}

/* The CPUs of the set that are online, this one left out. */
static void others_online(const struct cpumask *mask, struct cpumask *others)
{
	unsigned long state = port_local_irq_save();

	cpumask_copy_online(others);
	cpumask_and(others, others, mask);
	cpumask_clear_cpu(port_smp_processor_id(), others);
	port_local_irq_restore(state);
}

static void others_online_now(struct cpumask *others)
{
	struct cpumask all;

	cpumask_copy_online(&all);
	others_online(&all, others);
}

/* Waits until none of the set is online. */
static int wait_offline(const struct cpumask *mask, struct cpumask *others, uint64_t timeout_ns)
{
	struct call_waiter waiter;

	call_waiter_init(&waiter, smp_irqs_masked(), timeout_ns);
	for (;;) {
		others_online(mask, others);
		if (cpumask_empty(others)) {
			return 0;
		}
		if (smp_elapsed_ns(waiter.start) > timeout_ns) {
			give_up_on(others);
			return -ETIMEDOUT;
		}
		call_wait_turn(&waiter);
	}
}

int smp_send_stop_mask(const struct cpumask *mask, uint64_t timeout_ns,
		       struct cpumask *still_online)
{
	struct cpumask others = {{0}};
	int err = mask == NULL || !cpumask_is_possible(mask) ? -EINVAL
							     : kind_sendable(IPI_CPU_STOP);

	if (err < 0) {
		if (still_online != NULL) {
			*still_online = others;
		}
		return err;
	}
	others_online(mask, &others);
	want(&others);
	err = smp_cross_call(&others, IPI_CPU_STOP, NULL);

	/*
	 * A CPU that went offline meanwhile is what was wanted; one that cannot be rung will
	 * show.
	 */
	if (err == 0 || err == -ENXIO || err == -EIO) {
		struct cpumask asked = others;

		err = wait_offline(&asked, &others, timeout_ns);
	}
	if (still_online != NULL) {
		*still_online = others;
	}
	return err;
}

static int stop_all(uint64_t timeout_ns, struct cpumask *still_online)
{
	uint64_t start = port_clock_ns();
	struct cpumask others;
	struct cpumask all;
	int err;

	/* Again for those that came online meanwhile. */
	do {
		uint64_t waited = smp_elapsed_ns(start);

		cpumask_copy_online(&all);
		err = smp_send_stop_mask(&all, waited < timeout_ns ? timeout_ns - waited : 0,
					 still_online);
		others_online_now(&others);
	} while (err == 0 && !cpumask_empty(&others));
	return err;
}

int smp_send_stop(uint64_t timeout_ns, struct cpumask *still_online)
{
	uint32_t none = 0;

	if (!atomic_compare_exchange_strong_explicit(&stopping, &none, 1, memory_order_relaxed,
						     memory_order_relaxed)) {
		if (still_online != NULL) {
			cpumask_clear(still_online);
		}
		return -EBUSY;
	}
	int err = stop_all(timeout_ns, still_online);

	atomic_store_explicit(&stopping, 0, memory_order_relaxed);
	return err;
}
