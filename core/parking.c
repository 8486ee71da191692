/* SPDX-License-Identifier: MIT */
/*
 * The mailbox of a CPU.
 *
 * Invariant: an address in 'entry' belongs to the one unparker that has claimed the mailbox, which
 * waits; it ends in one of two ways, and both sides know which.
 *
 * Writers: 'id' is the CPU's number plus one while it waits there, written by the CPU itself.
 * 'claimed' is set by an unparker's exchange, and cleared by it when it returns. 'entry' goes from
 * null to an address by the unparker that has the claim, and back to null by whoever gets there
 * first: the CPU (the acknowledgement) or the unparker that gives up.
 * 'heard' and 'on_the_way' are the CPU's own notes: the wake-up's interrupt was taken while parked;
 * and how many have not been taken yet of those that were not. More than one: a CPU that is stopped
 * again before it has taken the last one, inside the interrupt that would have gone on to it.
 *
 *  1. Of several unparkers one finds the mailbox unclaimed; the others are told -EBUSY. It keeps
 *     the claim until it knows how its address ended: two that bring the same address, one after
 *     the other, cannot take each other's for their own. The claim hands 'entry', null, from one
 *     to the next (release, acquire).
 *  2. The CPU takes by an exchange, the unparker that gives up takes back by a compare-and-swap
 *     from its own address: one of the two finds it, and it went in once.
 *  3. What the unparker stored before its address (release) is seen by the CPU that took
 *     its address (acquire), and what the CPU did until then (release) by the unparker that finds
 *     the mailbox empty (acquire).
 *  4. The address is there before the ring, and the CPU looks after each sleep: so a wake-up is not
 *     lost, and one that is taken before the address is looked at only costs a turn.
 *  5. 'id' is a hint: an unparker that reads an old one leaves its address in a mailbox that nobody
 *     looks at, and takes it back.
 */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/parking.h>
#include <crosscall/port.h>

#include "core/call.h"
#include "core/smp.h"
#include "core/text.h"

struct mailbox {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t id;
	smp_park_entry_t _Atomic entry;
	_Atomic uint32_t claimed;
	bool heard;
	unsigned int on_the_way;
};

static struct mailbox mailboxes[CROSSCALL_NR_CPUS];

void parking_init(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&mailboxes[cpu].id, 0, memory_order_relaxed);
		atomic_store_explicit(&mailboxes[cpu].entry, NULL, memory_order_relaxed);
		atomic_store_explicit(&mailboxes[cpu].claimed, 0, memory_order_relaxed);
		mailboxes[cpu].heard = false;
		mailboxes[cpu].on_the_way = 0;
	}
}

smp_park_entry_t smp_park(void (*sleep)(void))
{
	unsigned int self = port_smp_processor_id();
	struct mailbox *box = &mailboxes[self];

	smp_assert_irqs_masked("smp_park");
	if (self >= nr_cpu_ids() || cpu_online(self)) {
		smp_panic("smp_park", "is online or unknown");
	}
	box->heard = false;
	kind_enable_wakeup();
	/*
	 * rule 15, release: pairs with the acquire in smp_unpark(): the doorbell hears from here
	 * on
	 */
	atomic_store_explicit(&box->id, self + 1, memory_order_release);
	smp_park_entry_t entry = NULL;

	while (entry == NULL) {
		/*
		 * rule 15, acq_rel: acquire pairs with the unparker's; release is the
		 * acknowledgement
		 */
		entry = atomic_exchange_explicit(&box->entry, NULL, memory_order_acq_rel);
		if (entry == NULL) {
			sleep();
		}
	}
	atomic_store_explicit(&box->id, 0, memory_order_relaxed);
	box->on_the_way += !box->heard;
	return entry;
}

bool smp_is_parked(unsigned int cpu)
{
	/* rule 15, acquire: pairs with the release in smp_park() */
	return cpu < nr_cpu_ids() &&
	       atomic_load_explicit(&mailboxes[cpu].id, memory_order_acquire) == cpu + 1;
}

/* Waits for the acknowledgement; takes the address back when it does not come. */
static int wait_acknowledged(struct mailbox *box, smp_park_entry_t entry, uint64_t timeout_ns)
{
	struct call_waiter waiter;

	call_waiter_init(&waiter, smp_irqs_masked(), 0);
	/* rule 15, acquire: pairs with the acknowledgement's release */
	while (atomic_load_explicit(&box->entry, memory_order_acquire) != NULL) {
		if (smp_elapsed_ns(waiter.start) > timeout_ns) {
			/* Fails when the CPU took it after all. */
			return atomic_compare_exchange_strong_explicit(&box->entry, &entry, NULL,
								       memory_order_acquire,
								       memory_order_acquire)
				       ? -ETIMEDOUT
				       : 0;
		}
		call_wait_turn(&waiter);
	}
	return 0;
}

/* The claim is the caller's. */
static int send_to_entry(struct mailbox *box, unsigned int cpu, smp_park_entry_t entry,
			 uint64_t timeout_ns)
{
	struct cpumask mask = cpumask_of(cpu);

	/* rule 15, release: pairs with the exchange in smp_park() */
	atomic_store_explicit(&box->entry, entry, memory_order_release);

	int err = smp_cross_call(&mask, IPI_WAKEUP, NULL);
	int acknowledged = wait_acknowledged(box, entry, err == 0 ? timeout_ns : 0);

	return acknowledged == 0 || err == 0 ? acknowledged : err;
}

int smp_unpark(unsigned int cpu, smp_park_entry_t entry, uint64_t timeout_ns)
{
	if (cpu >= nr_cpu_ids() || entry == NULL) {
		return -EINVAL;
	}
	struct mailbox *box = &mailboxes[cpu];

	/* rule 15, acquire: pairs with the release below, of whoever had the claim before */
	if (atomic_exchange_explicit(&box->claimed, 1, memory_order_acquire) != 0) {
		return -EBUSY;
	}
	int err = smp_is_parked(cpu) ? send_to_entry(box, cpu, entry, timeout_ns) : -EBUSY;

	/* rule 15, release: pairs with the acquire above */
	atomic_store_explicit(&box->claimed, 0, memory_order_release);
	return err;
}

void ipi_wakeup(void)
{
	struct mailbox *box = &mailboxes[port_smp_processor_id()];
	struct text t;

	/* relaxed: smp_park() looks again, with acquire */
	if (atomic_load_explicit(&box->entry, memory_order_relaxed) != NULL) {
		box->heard = true;
		return;
	}
	if (box->on_the_way != 0) {
		box->on_the_way--;
		return;
	}
	/* relaxed: its own. Parked without an address: the unparker has taken it back. */
	if (atomic_load_explicit(&box->id, memory_order_relaxed) != 0) {
		return;
	}
	text_init(&t);
	text_str(&t, "CPU ");
	text_dec(&t, port_smp_processor_id());
	text_str(&t, ": IPI_WAKEUP outside the parking protocol");
	ipi_report(t.line);
}
