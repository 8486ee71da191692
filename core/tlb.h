/* SPDX-License-Identifier: MIT */
/* What tlb_local.c (this CPU's translations) and tlb.c (everybody else's) share. */
#ifndef CORE_TLB_H
#define CORE_TLB_H

#include <crosscall/tlb.h>

#include "core/counter.h"

enum tlb_stat {
	TLB_ASKED,
	TLB_LAZY,
	TLB_FLUSHED,
	TLB_WHOLE,
	TLB_UP_TO_DATE,
	NR_TLB_STATS,
};

/* Written by its own CPU only. */
struct tlb_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) struct tlb_mm *_Atomic loaded;
	_Atomic uint32_t lazy;
	_Atomic uint64_t gen;
	counter_t count[NR_TLB_STATS];
};

extern struct tlb_cpu tlb_cpu[CROSSCALL_NR_CPUS];
extern const struct tlb_ops *tlb_ops;

/* A slot's 'gen' while nobody may read it, and before it was ever used. */
#define TLB_RANGE_BUSY UINT64_C(0)
#define TLB_RANGE_UNUSED UINT64_MAX

struct tlb_cpu *tlb_here(void);
bool tlb_is_lazy(const struct tlb_cpu *cpu);

#endif
