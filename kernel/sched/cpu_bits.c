/* SPDX-License-Identifier: MIT */
#include "kernel/sched/cpu_bits.h"

_Atomic unsigned long idle_cpus[CPUMASK_WORDS];
_Atomic unsigned long waiting_cpus[CPUMASK_WORDS];
_Atomic unsigned long active_cpus[CPUMASK_WORDS];

void copy_cpus(struct cpumask *to, const _Atomic unsigned long *from)
{
	for (unsigned int i = 0; i < CPUMASK_WORDS; i++) {
		/* rule 20, seq_cst: pairs with set_cpu_bit() on the other set */
		to->bits[i] = atomic_load_explicit(&from[i], memory_order_seq_cst);
	}
}

void set_cpu_bit(_Atomic unsigned long *words, unsigned int cpu, bool on)
{
	unsigned long bit = 1UL << cpu % CPUMASK_WORD_BITS;
	_Atomic unsigned long *word = &words[cpu / CPUMASK_WORD_BITS];

	/* Relaxed look: the bit has one writer at a time. */
	if (((atomic_load_explicit(word, memory_order_relaxed) & bit) != 0) == on) {
		return;
	}
	if (on) {
		/* rule 20, seq_cst: pairs with copy_cpus() of the other set */
		atomic_fetch_or_explicit(word, bit, memory_order_seq_cst);
	} else {
		/* Relaxed: whoever still finds it set takes the lock, and looks again. */
		atomic_fetch_and_explicit(word, ~bit, memory_order_relaxed);
	}
}
