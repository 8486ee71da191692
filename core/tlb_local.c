/* SPDX-License-Identifier: MIT */
/*
 * Shootdown by generations.
 *
 * Invariant: a CPU that may use a translation of an mm is among mm->cpus and not lazy, and has
 * flushed up to a generation that it has published, or some flusher has told it to.
 *
 * Writers: 'loaded', 'lazy' and 'gen' (the generation of its loaded mm up to which it has flushed)
 * of a CPU are written by itself only, and so is its bit of mm->cpus. mm->gen only grows, one a
 * flush, by any CPU.
 *
 *  1. flush_tlb_range() takes generation g by an RMW of mm->gen (rule 16, seq_cst), after the
 *     caller's page-table stores, and then reads who has the mm loaded and is not lazy.
 *  2. A CPU that loads the mm, or leaves lazy mode, first makes itself visible as a user
 *     (seq_cst), then reads mm->gen and flushes up to it. So for each flush and each such CPU:
 *     either the flush sees the CPU and asks it, or the CPU sees the generation and flushes
 *     before it uses the mm. This is the one store-buffering pattern here, hence seq_cst on all
 *     four accesses.
 *  3. A CPU that is asked reads mm->gen (at least g: the request came after 1), flushes what lies
 *     between its gen and that, then publishes its gen (release). The flusher waits for that
 *     (acquire), or for the CPU to have left the mm or gone lazy: then it does not use the old
 *     translation, and 2 holds when it comes back.
 *  4. The range of generation g is in slot g % TLB_RANGES. Who reads it checks the slot's own
 *     generation before and after; anything but g means that it is being written or was reused,
 *     and costs a flush of everything. The slot's writer has exchanged its generation for BUSY,
 *     so there is one at a time, and stores start and end after that: a reader that finds either
 *     of them new knows of BUSY or of what followed, and its second look shows it.
 *  5. A CPU that is stopped is lazy before it is seen offline, and leaves lazy mode after it is
 *     online again: a flusher whose request finds it offline need not wait (3), and 2 holds.
 */
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/port.h>
#include <crosscall/tlb.h>

#include "core/smp.h"
#include "core/tlb.h"

struct tlb_cpu tlb_cpu[CROSSCALL_NR_CPUS];

struct tlb_cpu *tlb_here(void)
{
	return &tlb_cpu[port_smp_processor_id()];
}

void tlb_mm_init(struct tlb_mm *mm, unsigned long id)
{
	*mm = (struct tlb_mm){.id = id};
	atomic_init(&mm->gen, 1);
	for (unsigned int i = 0; i < TLB_RANGES; i++) {
		atomic_init(&mm->range[i].gen, TLB_RANGE_UNUSED);
	}
}

/* ---- this CPU ---- */

static void flush_here(struct tlb_cpu *cpu, const struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	counter_add(&cpu->count[TLB_FLUSHED], 1);
	counter_add(&cpu->count[TLB_WHOLE], end == 0);
	tlb_ops->flush_local(mm, start, end);
}

/*
 * Point 4: widens [*start, *end) by the range of one generation. False: it is not known any more.
 */
static bool merge_range(struct tlb_mm *mm, uint64_t gen, uintptr_t *start, uintptr_t *end)
{
	struct tlb_range *range = &mm->range[gen % TLB_RANGES];

	/* rule 17, acquire: pairs with the release in note_range() */
	if (atomic_load_explicit(&range->gen, memory_order_acquire) != gen) {
		return false;
	}
	uintptr_t from = atomic_load_explicit(&range->start, memory_order_acquire);
	uintptr_t to = atomic_load_explicit(&range->end, memory_order_acquire);

	/* The acquires above keep this second look after them. */
	if (atomic_load_explicit(&range->gen, memory_order_relaxed) != gen || to == 0) {
		return false;
	}
	*start = from < *start ? from : *start;
	*end = to > *end ? to : *end;
	return true;
}

/*
 * Flushes what this CPU missed of 'mm', and publishes that it did; false when that was nothing.
 * Interrupts masked.
 */
static bool catch_up(struct tlb_cpu *cpu, struct tlb_mm *mm)
{
	uint64_t have = atomic_load_explicit(&cpu->gen, memory_order_relaxed);
	/* rule 16, seq_cst: pairs with the RMW in flush_tlb_range() */
	uint64_t want = atomic_load_explicit(&mm->gen, memory_order_seq_cst);
	uintptr_t start = UINTPTR_MAX;
	uintptr_t end = 0;
	bool known = want - have <= TLB_RANGES;

	if (have == want) {
		return false;
	}
	for (uint64_t gen = have + 1; known && gen <= want; gen++) {
		known = merge_range(mm, gen, &start, &end);
	}
	if (known && (end - start) / tlb_ops->page_size <= tlb_ops->max_pages) {
		flush_here(cpu, mm, start, end);
	} else {
		flush_here(cpu, mm, 0, 0);
	}
	/* rule 17, release: the flush comes first; pairs with the acquire in has_flushed() */
	atomic_store_explicit(&cpu->gen, want, memory_order_release);
	return true;
}

bool tlb_is_lazy(const struct tlb_cpu *cpu)
{
	/* rule 16, seq_cst: pairs with tlb_leave_lazy() */
	return atomic_load_explicit(&cpu->lazy, memory_order_seq_cst) != 0;
}

void tlb_serve(bool asked)
{
	struct tlb_cpu *cpu = tlb_here();
	struct tlb_mm *mm = atomic_load_explicit(&cpu->loaded, memory_order_relaxed);

	if (mm != NULL && !tlb_is_lazy(cpu) && !catch_up(cpu, mm) && asked) {
		counter_add(&cpu->count[TLB_UP_TO_DATE], 1);
	}
}

static void set_user(struct tlb_mm *mm, bool on)
{
	unsigned int self = port_smp_processor_id();
	_Atomic unsigned long *word = &mm->cpus[self / CPUMASK_WORD_BITS];

	if (on) {
		/* rule 16, seq_cst: pairs with users_of() */
		atomic_fetch_or_explicit(word, cpumask_bit(self), memory_order_seq_cst);
	} else {
		/*
		 * rule 17, release: its uses come first; pairs with users_of(). A flusher that
		 * misses it only asks in vain
		 */
		atomic_fetch_and_explicit(word, ~cpumask_bit(self), memory_order_release);
	}
}

void tlb_switch_mm(struct tlb_mm *mm)
{
	struct tlb_cpu *cpu = tlb_here();
	struct tlb_mm *old = atomic_load_explicit(&cpu->loaded, memory_order_relaxed);

	smp_assert_irqs_masked("tlb_switch_mm");
	if (old == mm) {
		tlb_leave_lazy();
		return;
	}
	if (mm != NULL) {
		/* Nothing is known of what this CPU holds of it: generation 0 is behind any. */
		atomic_store_explicit(&cpu->gen, 0, memory_order_relaxed);
		atomic_store_explicit(&cpu->lazy, 0, memory_order_relaxed);
	}
	/* rule 17, release: pairs with the acquire in has_flushed() */
	atomic_store_explicit(&cpu->loaded, mm, memory_order_release);
	if (mm != NULL) {
		set_user(mm, true);
		(void)catch_up(cpu, mm);
	}
	if (old != NULL) {
		set_user(old, false);
	}
}

void tlb_enter_lazy(void)
{
	smp_assert_irqs_masked("tlb_enter_lazy");
	/* rule 17, release: earlier uses of the mm come first; pairs with has_flushed() */
	atomic_store_explicit(&tlb_here()->lazy, 1, memory_order_release);
}

void tlb_leave_lazy(void)
{
	struct tlb_cpu *cpu = tlb_here();
	struct tlb_mm *mm = atomic_load_explicit(&cpu->loaded, memory_order_relaxed);

	smp_assert_irqs_masked("tlb_leave_lazy");
	/* rule 16, seq_cst: visible before mm->gen is read in catch_up() */
	if (atomic_exchange_explicit(&cpu->lazy, 0, memory_order_seq_cst) != 0 && mm != NULL) {
		(void)catch_up(cpu, mm);
	}
}

bool tlb_pause(void)
{
	const struct tlb_cpu *cpu = tlb_here();

	if (atomic_load_explicit(&cpu->loaded, memory_order_relaxed) == NULL || tlb_is_lazy(cpu)) {
		return false;
	}
	tlb_enter_lazy();
	return true;
}

void tlb_resume(bool paused)
{
	if (paused) {
		tlb_leave_lazy();
	}
}
