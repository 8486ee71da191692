/* SPDX-License-Identifier: MIT */
/*
 * TLB shootdown: after a page-table change, no CPU uses the old translation any more.
 *
 * Each address space counts its flushes: a generation. A flush takes the next generation, notes
 * its range under it, and tells the CPUs that use the address space; each brings itself up to the
 * newest generation there is, merging the ranges it missed, and publishes how far it got. So a
 * CPU that is told twice flushes once, and no request is allocated, queued or answered.
 */
#ifndef CROSSCALL_TLB_H
#define CROSSCALL_TLB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/config.h>
#include <crosscall/cpumask.h>

/* Ranges remembered per address space; who is further behind flushes all of it. */
#define TLB_RANGES 8

struct tlb_range {
	_Atomic uint64_t gen; /* 0 while it is written */
	_Atomic uintptr_t start;
	_Atomic uintptr_t end;
};

/*
 * An address space, as far as shootdowns go. Caller-owned; 'id' is the caller's (ASID), the rest
 * the library's.
 */
struct tlb_mm {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint64_t gen;
	unsigned long id;
	_Atomic unsigned long cpus[CPUMASK_WORDS]; /* those that have it loaded, lazy ones too */
	struct tlb_range range[TLB_RANGES];
};

/* How remote CPUs are made to flush. */
enum tlb_method {
	TLB_BY_IPI,	 /* IPI_TLB_FLUSH */
	TLB_BY_FIRMWARE, /* tlb_ops.flush_remote, which returns when it is done (SBI RFENCE) */
	/* tlb_ops.flush_broadcast, an instruction that reaches all CPUs (Arm TLBI IS) */
	TLB_BY_BROADCAST,
};

/*
 * The adopter's, one const table. 'end' is exclusive; start 0 and end 0 mean the whole address
 * space.
 */
struct tlb_ops {
	/*
	 * Drops the translations on this CPU, and whatever order the architecture asks for around
	 * it.
	 */
	void (*flush_local)(const struct tlb_mm *mm, uintptr_t start, uintptr_t end);
	/* Null when the machine has no such thing. 0 or a negative errno; then IPIs are used. */
	int (*flush_remote)(const struct cpumask *mask, const struct tlb_mm *mm, uintptr_t start,
			    uintptr_t end);
	void (*flush_broadcast)(const struct tlb_mm *mm, uintptr_t start, uintptr_t end);
	uintptr_t page_size;	/* bytes, a power of two */
	unsigned int max_pages; /* more pages than this: the whole address space is cheaper */
};

/*
 * Before the first other function here. -EINVAL for a null table or flush_local, or a bad page
 * size.
 * Context: boot, no CPU online.
 */
int tlb_init(const struct tlb_ops *ops) CROSSCALL_MUST_CHECK;

/*
 * Chooses at run time; the default is TLB_BY_IPI. -EOPNOTSUPP when the table has no such
 * operation. Any context.
 */
int tlb_set_method(enum tlb_method method) CROSSCALL_MUST_CHECK;

/* Makes *mm an address space that no CPU uses. */
void tlb_mm_init(struct tlb_mm *mm, unsigned long id);

/*
 * This CPU uses 'mm' from now on (null: none, the kernel's own mappings only). Call it
 * between leaving the old page tables (for the kernel's own) and loading the new ones: from here on
 * nobody waits for this CPU before the old ones are freed. flush_local() is called when what this
 * CPU may hold is not what 'mm' needs.
 * Context: interrupts masked.
 */
void tlb_switch_mm(struct tlb_mm *mm);

/*
 * This CPU keeps 'mm' loaded but does not touch its user part until tlb_leave_lazy(): shootdowns
 * pass it over, and it flushes what it missed when it leaves. Context: interrupts masked.
 */
void tlb_enter_lazy(void);
void tlb_leave_lazy(void);

/*
 * Drops the translations of [start, end), of one page, or of the whole address space, on every
 * CPU that uses it. At the return none uses the old ones. The ranges grow to whole pages.
 * Context: interrupts in any state; waits for other CPUs, and serves them while it does.
 * Ordering: page-table stores before the call come first on every CPU.
 * Returns 0; -EINVAL for a null pointer or an empty or reversed range; -EIO with a CPU that could
 * not be rung: it may use the old translation until it next takes an interrupt; -EOPNOTSUPP
 * before tlb_init(), and when the doorbell has no IPI_TLB_FLUSH and CPUs would have to be told:
 * then they were not. A CPU that is not online is passed over: see smp_cpu_dying().
 */
int flush_tlb_range(struct tlb_mm *mm, uintptr_t start, uintptr_t end) CROSSCALL_MUST_CHECK;
int flush_tlb_page(struct tlb_mm *mm, uintptr_t addr) CROSSCALL_MUST_CHECK;
int flush_tlb_all(struct tlb_mm *mm) CROSSCALL_MUST_CHECK;

/* What happened, per CPU. */
struct tlb_stats {
	uint64_t asked;	     /* CPUs that this CPU asked to flush */
	uint64_t lazy;	     /* CPUs it passed over because they were lazy */
	uint64_t flushed;    /* local flushes, ranges and whole ones */
	uint64_t whole;	     /* of them, of the whole address space */
	uint64_t up_to_date; /* asked, and nothing was left to flush */
};

/* -EINVAL for a null pointer or a bad CPU number. Any context. */
int tlb_stats_read(unsigned int cpu, struct tlb_stats *stats);

#endif
