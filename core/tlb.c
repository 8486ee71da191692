/* SPDX-License-Identifier: MIT */
/*
 * Shootdowns as their sender sees them. The proof, and who writes what, is in tlb_local.c; a
 * range's slot is written by the flusher that has exchanged its generation for BUSY, until it
 * stores one (point 4 there).
 */
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/tlb.h>

#include "core/call.h"
#include "core/smp.h"
#include "core/tlb.h"

const struct tlb_ops *tlb_ops;

static _Atomic uint32_t method; /* relaxed: each flush reads it once */

int tlb_init(const struct tlb_ops *new_ops)
{
	if (new_ops == NULL || new_ops->flush_local == NULL || new_ops->page_size == 0 ||
	    (new_ops->page_size & (new_ops->page_size - 1)) != 0) {
		return -EINVAL;
	}
	tlb_ops = new_ops;
	return tlb_set_method(TLB_BY_IPI);
}

int tlb_set_method(enum tlb_method new_method)
{
	if (tlb_ops == NULL || (new_method == TLB_BY_FIRMWARE && tlb_ops->flush_remote == NULL) ||
	    (new_method == TLB_BY_BROADCAST && tlb_ops->flush_broadcast == NULL)) {
		return -EOPNOTSUPP;
	}
	atomic_store_explicit(&method, new_method, memory_order_relaxed);
	return 0;
}

static void note_range(struct tlb_mm *mm, uint64_t gen, uintptr_t start, uintptr_t end)
{
	struct tlb_range *range = &mm->range[gen % TLB_RANGES];

	/*
	 * rule 17, acquire: whoever finds a generation here owns the slot until it stores one, and
	 * writes after its last owner. When another CPU is writing the slot, this range stays
	 * unknown.
	 */
	if (atomic_exchange_explicit(&range->gen, TLB_RANGE_BUSY, memory_order_acquire) ==
	    TLB_RANGE_BUSY) {
		return;
	}
	/*
	 * rule 17, release: pairs with the acquires in merge_range(). Who reads a new start or end
	 * knows of BUSY; who reads the generation has both
	 */
	atomic_store_explicit(&range->start, start, memory_order_release);
	atomic_store_explicit(&range->end, end, memory_order_release);
	atomic_store_explicit(&range->gen, gen, memory_order_release);
}

/* The CPUs to be told: users of the mm that are not lazy, without this one. */
static void users_of(struct tlb_mm *mm, struct cpumask *users)
{
	struct tlb_cpu *self = tlb_here();
	unsigned int cpu;

	for (unsigned int i = 0; i < CPUMASK_WORDS; i++) {
		/* rule 16, seq_cst: pairs with set_user() */
		users->bits[i] = atomic_load_explicit(&mm->cpus[i], memory_order_seq_cst);
	}
	cpumask_clear_cpu(port_smp_processor_id(), users);
	for_each_cpu(cpu, users) {
		if (tlb_is_lazy(&tlb_cpu[cpu])) {
			counter_add(&self->count[TLB_LAZY], 1);
			cpumask_clear_cpu(cpu, users);
		}
	}
}

static bool has_flushed(unsigned int cpu, const struct tlb_mm *mm, uint64_t gen)
{
	const struct tlb_cpu *there = &tlb_cpu[cpu];

	/*
	 * rule 17, acquire: pairs with the releases in catch_up(), tlb_switch_mm() and
	 * tlb_enter_lazy()
	 */
	return atomic_load_explicit(&there->gen, memory_order_acquire) >= gen ||
	       atomic_load_explicit(&there->loaded, memory_order_acquire) != mm ||
	       atomic_load_explicit(&there->lazy, memory_order_acquire) != 0;
}

static void wait_flushed(const struct cpumask *users, const struct tlb_mm *mm, uint64_t gen,
			 bool masked)
{
	struct call_waiter waiter;
	unsigned int cpu;

	call_waiter_init(&waiter, masked, 0);
	for_each_cpu(cpu, users) {
		while (!has_flushed(cpu, mm, gen)) {
			if (call_wait_stalled(&waiter, cpu, "which has not flushed its TLB")) {
				ipi_ring_again(cpu, IPI_TLB_FLUSH);
			}
			call_wait_turn(&waiter);
		}
	}
}

/* Tells the others by IPI, without waiting. *users keeps those that were told. */
static int tell_by_ipi(struct cpumask *users)
{
	struct cpumask unreached;
	int err = smp_cross_call(users, IPI_TLB_FLUSH, &unreached);

	cpumask_andnot(users, users, &unreached);
	return err == -ENXIO ? 0 : err; /* a CPU that went offline uses no address space */
}

/* Interrupts masked; *users are told, or need not be any more. */
static int tell(struct cpumask *users, struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	uint32_t how = atomic_load_explicit(&method, memory_order_relaxed);

	if (cpumask_empty(users)) {
		return 0;
	}
	counter_add(&tlb_here()->count[TLB_ASKED], cpumask_weight(users));
	if (how == TLB_BY_FIRMWARE && tlb_ops->flush_remote(users, mm, start, end) == 0) {
		cpumask_clear(users);
		return 0;
	}
	return tell_by_ipi(users);
}

static int shoot_down(struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	struct cpumask users;

	if (tlb_ops == NULL) {
		return -EOPNOTSUPP;
	}
	if (atomic_load_explicit(&method, memory_order_relaxed) == TLB_BY_BROADCAST) {
		tlb_ops->flush_broadcast(mm, start, end);
		return 0;
	}
	unsigned long state = port_local_irq_save();
	/* rule 16, seq_cst: pairs with catch_up(); the caller's page-table stores come first */
	uint64_t gen = atomic_fetch_add_explicit(&mm->gen, 1, memory_order_seq_cst) + 1;

	note_range(mm, gen, start, end);
	users_of(mm, &users);
	int err = tell(&users, mm, start, end);

	if (atomic_load_explicit(&tlb_here()->loaded, memory_order_relaxed) == mm) {
		tlb_serve(false);
	}
	port_local_irq_restore(state);
	wait_flushed(&users, mm, gen, state == 0);
	return err;
}

int flush_tlb_range(struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	if (mm == NULL || start >= end) {
		return -EINVAL;
	}
	if (tlb_ops == NULL) {
		return -EOPNOTSUPP;
	}
	uintptr_t in_page = tlb_ops->page_size - 1;

	if (end > UINTPTR_MAX - in_page) {
		return shoot_down(mm, 0, 0); /* its end cannot be said otherwise */
	}
	return shoot_down(mm, start & ~in_page, (end + in_page) & ~in_page);
}

int flush_tlb_page(struct tlb_mm *mm, uintptr_t addr)
{
	if (tlb_ops == NULL) {
		return -EOPNOTSUPP;
	}
	uintptr_t last = addr | (tlb_ops->page_size - 1);

	return flush_tlb_range(mm, addr & ~(tlb_ops->page_size - 1),
			       last == UINTPTR_MAX ? last : last + 1);
}

int flush_tlb_all(struct tlb_mm *mm)
{
	return mm == NULL ? -EINVAL : shoot_down(mm, 0, 0);
}

int tlb_stats_read(unsigned int cpu, struct tlb_stats *stats)
{
	if (cpu >= nr_cpu_ids() || stats == NULL) {
		return -EINVAL;
	}
	const counter_t *count = tlb_cpu[cpu].count;

	*stats = (struct tlb_stats){
		.asked = counter_read(&count[TLB_ASKED]),
		.lazy = counter_read(&count[TLB_LAZY]),
		.flushed = counter_read(&count[TLB_FLUSHED]),
		.whole = counter_read(&count[TLB_WHOLE]),
		.up_to_date = counter_read(&count[TLB_UP_TO_DATE]),
	};
	return 0;
}

void tlb_reset(void)
{
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&tlb_cpu[cpu].loaded, NULL, memory_order_relaxed);
		atomic_store_explicit(&tlb_cpu[cpu].lazy, 0, memory_order_relaxed);
		for (unsigned int i = 0; i < NR_TLB_STATS; i++) {
			atomic_store_explicit(&tlb_cpu[cpu].count[i], 0, memory_order_relaxed);
		}
	}
}
