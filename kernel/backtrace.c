/* SPDX-License-Identifier: MIT */
#include "kernel/backtrace.h"

#include <string.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/sched/sched.h"
#include "kernel/symbols.h"

#define RECORD_SIZE (2 * sizeof(unsigned long))
#define READ_TRIES 100U

_Static_assert(sizeof(struct whereabouts) % sizeof(unsigned long) == 0, "it is copied by words");

static void add(struct backtrace *trace, unsigned long pc)
{
	if (trace->nr < BACKTRACE_MOST) {
		trace->pc[trace->nr++] = pc;
	}
}

/* Where the record is that 'fp' points to; 0 when that is no place for one. */
static unsigned long record_at(unsigned long fp, unsigned long above)
{
	const struct percpu *self = this_cpu();
	unsigned long record =
		fp + (unsigned long)(FRAME_CALLER < FRAME_RETURN ? FRAME_CALLER : FRAME_RETURN);

	/* On an emergency stack the bounds are off. */
	if (self->stack_top == ~0UL || record % sizeof(unsigned long) != 0 || record < above ||
	    record < self->stack_limit - STACK_GUARD || record > self->stack_top - RECORD_SIZE) {
		return 0;
	}
	return record;
}

static unsigned long word_at(unsigned long address)
{
	return *(const volatile unsigned long *)address;
}

static bool in_text(unsigned long pc)
{
	unsigned long offset;

	return symbol_find(pc, &offset) != NULL;
}

static void follow(unsigned long fp, struct backtrace *trace)
{
	unsigned long above = 0;
	unsigned long record;

	while (trace->nr < BACKTRACE_MOST && (record = record_at(fp, above)) != 0) {
		unsigned long pc = word_at(fp + (unsigned long)FRAME_RETURN);

		if (!in_text(pc)) {
			trace->complete = pc == 0;
			return;
		}
		add(trace, pc);
		above = record + RECORD_SIZE;
		fp = word_at(fp + (unsigned long)FRAME_CALLER);
	}
}

/*
 * gcc for riscv64 saves no return address in a function that calls nobody: the caller's frame
 * pointer stands in its place, and where it returns to is still in the register.
 */
static unsigned long skip_leaf(const struct pt_regs *regs, struct backtrace *trace)
{
	unsigned long fp = arch_regs_fp(regs);

	if (record_at(fp, 0) != 0) {
		unsigned long caller = word_at(fp + (unsigned long)FRAME_RETURN);

		if (!in_text(caller) && record_at(caller, fp) != 0) {
			add(trace, arch_regs_link(regs));
			return caller;
		}
	}
	return fp;
}

void backtrace_of(const struct pt_regs *regs, struct backtrace *trace)
{
	trace->nr = 0;
	trace->complete = arch_regs_user(regs);
	add(trace, arch_regs_pc(regs));
	if (!arch_regs_user(regs)) {
		follow(skip_leaf(regs, trace), trace);
	}
}

void backtrace_here(struct backtrace *trace)
{
	trace->nr = 0;
	trace->complete = false;
	follow((unsigned long)__builtin_frame_address(0), trace);
}

/* All but the first are return addresses, which may be those of the next function already. */
void backtrace_print(const struct backtrace *trace)
{
	for (unsigned long i = 0; i < trace->nr && i < BACKTRACE_MOST; i++) {
		unsigned long offset = 0;
		unsigned long back = i == 0 ? 0 : 1;
		const char *name = symbol_find(trace->pc[i] - back, &offset);

		if (name != NULL) {
			printk("    %016lx %s+0x%lx\n", trace->pc[i], name, offset + back);
		} else {
			printk("    %016lx\n", trace->pc[i]);
		}
	}
	if (trace->complete == 0) {
		printk("    ...\n");
	}
}

static unsigned long word_of(const struct whereabouts *where, size_t index)
{
	unsigned long word;

	memcpy(&word, (const char *)where + index * sizeof(word), sizeof(word));
	return word;
}

void whereabouts_keep(const struct pt_regs *regs)
{
	struct whereabouts_box *box = &this_cpu()->whereabouts;
	uint32_t version = atomic_load_explicit(&box->version, memory_order_relaxed);
	struct whereabouts where = {.ns = arch_clock_ns(),
				    .thread = sched_current_name(this_cpu()->cpu)};

	if (regs != NULL) {
		where.regs = *regs;
		backtrace_of(regs, &where.trace);
	}
	atomic_store_explicit(&box->version, version + 1, memory_order_relaxed);
	/* Release, paired with the acquire fence in try_read(): odd before the words. */
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < WHEREABOUTS_WORDS; i++) {
		atomic_store_explicit(&box->word[i], word_of(&where, i), memory_order_relaxed);
	}
	/* Release, paired with the acquire in try_read(): even after the words. */
	atomic_store_explicit(&box->version, version + 2, memory_order_release);
}

static bool try_read(struct whereabouts_box *box, struct whereabouts *where)
{
	/* Acquire, paired with the release of the even version. */
	uint32_t version = atomic_load_explicit(&box->version, memory_order_acquire);

	for (size_t i = 0; i < WHEREABOUTS_WORDS; i++) {
		unsigned long word = atomic_load_explicit(&box->word[i], memory_order_relaxed);

		memcpy((char *)where + i * sizeof(word), &word, sizeof(word));
	}
	/* Acquire, paired with the release fence: a word of the next version shows its odd one. */
	atomic_thread_fence(memory_order_acquire);
	return version % 2 == 0 && version != 0 &&
	       atomic_load_explicit(&box->version, memory_order_relaxed) == version;
}

bool whereabouts_read(unsigned int cpu, struct whereabouts *where)
{
	for (unsigned int i = 0; i < READ_TRIES; i++) {
		if (try_read(&cpu_data(cpu)->whereabouts, where)) {
			return true;
		}
		cpu_relax();
	}
	return false;
}

void whereabouts_print(unsigned int cpu)
{
	unsigned long state = console_lock();
	struct whereabouts where;

	if (whereabouts_read(cpu, &where) && where.trace.nr != 0) {
		printk("cpu %u was interrupted here%s:\n", cpu,
		       arch_regs_masked(&where.regs) ? ", with interrupts masked" : "");
		printk("  in thread %s\n", where.thread);
		arch_show_regs(&where.regs);
		backtrace_print(&where.trace);
	} else {
		printk("cpu %u: where it was interrupted is not known\n", cpu);
	}
	console_unlock(state);
}
