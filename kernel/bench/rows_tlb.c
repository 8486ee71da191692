/* SPDX-License-Identifier: MIT */
/*
 * Shootdowns of one page that every CPU uses. The others are busy, with the address space loaded.
 * Every so often all are asked what they read there: after a shootdown that was none, the frame
 * that the page named before.
 */
#include <stddef.h>

#include <crosscall/config.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"
#include "kernel/memory.h"
#include "kernel/vm.h"

#define PAGE ((uintptr_t)SPACE_BASE)
#define NR_FRAMES 2U
#define SAMPLES_PER_LOOK 63U /* odd: the looks see both frames in turn */

struct answer {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint64_t turn;
	uint64_t read;
};

static struct vm_space space;
static uint64_t *frames[NR_FRAMES]; /* each holds its own number */
static uint64_t shootdowns;	    /* of this row: the page names frame shootdowns % 2 */
static uint64_t flushed_before;	    /* by the others; 0 shootdowns: not known yet */
static _Atomic uint64_t asked;
static struct answer answers[CROSSCALL_NR_CPUS];

static void load(struct vm_space *which)
{
	unsigned long state = local_irq_save();

	vm_load(which);
	local_irq_restore(state);
}

static uint64_t read_page(void)
{
	return *(const volatile uint64_t *)PAGE;
}

/* What a busy CPU does here: answers each question once. */
static void read_until_over(void)
{
	struct answer *mine = &answers[this_cpu()->cpu];

	load(&space);
	(void)read_page();
	bench_ready();
	while (!bench_is_over()) {
		/* Acquire, paired with the release in look(): the read comes after the question. */
		uint64_t turn = atomic_load_explicit(&asked, memory_order_acquire);

		if (turn != atomic_load_explicit(&mine->turn, memory_order_relaxed)) {
			mine->read = read_page();
			/* Release, paired with the acquire in answered(). */
			atomic_store_explicit(&mine->turn, turn, memory_order_release);
		}
		cpu_relax();
	}
	load(NULL);
}

static uint64_t answered(unsigned int cpu)
{
	/* Acquire, paired with the release in read_until_over(). */
	return atomic_load_explicit(&answers[cpu].turn, memory_order_acquire);
}

/* Asks all what they read. */
static void look(struct bench *bench)
{
	uint64_t turn = atomic_load_explicit(&asked, memory_order_relaxed) + 1;
	unsigned int cpu;

	/* Release, paired with the acquire in read_until_over(). */
	atomic_store_explicit(&asked, turn, memory_order_release);
	for_each_cpu(cpu, &bench->others) {
		if (!bench_spin_until(answered, cpu, turn)) {
			bench->wrong = "a CPU does not read the page";
			return;
		}
		if (answers[cpu].read != shootdowns % NR_FRAMES) {
			bench->wrong = "a CPU used the old page after a shootdown";
			return;
		}
	}
}

static uint64_t flushed_by_others(const struct bench *bench)
{
	uint64_t sum = 0;
	unsigned int cpu;

	for_each_cpu(cpu, &bench->others) {
		struct tlb_stats stats;

		sum += tlb_stats_read(cpu, &stats) == 0 ? stats.flushed : 0;
	}
	return sum;
}

/* Only the shootdown is timed, not the change of the page's entry. */
static uint64_t shoot(struct bench *bench)
{
	uint64_t start;
	uint64_t end;
	int error;

	if (shootdowns == 0) { /* every CPU has loaded the space, and what that flushed is done */
		flushed_before = flushed_by_others(bench);
	}
	shootdowns++;
	(void)vm_map(&space, PAGE, frames[shootdowns % NR_FRAMES], VM_KERNEL_READS);
	start = arch_clock_ns();
	error = flush_tlb_page(&space.tlb, PAGE);
	end = arch_clock_ns();
	bench_called(bench, error, bench->nr_others);
	if (shootdowns % SAMPLES_PER_LOOK == 0) {
		look(bench);
	}
	return end - start;
}

static bool make_space(void)
{
	if (frames[0] != NULL) {
		return true;
	}
	for (unsigned int i = 0; i < NR_FRAMES; i++) {
		frames[i] = memory_reserve(PAGE_BYTES, PAGE_BYTES);
		if (frames[i] == NULL) {
			return false;
		}
		*frames[i] = i;
	}
	return vm_create(&space);
}

static bool prepare(struct bench *bench, enum tlb_method method)
{
	if (tlb_set_method(method) != 0) {
		bench->impossible = "this machine has no such way";
		return false;
	}
	shootdowns = 0;
	if (!make_space() || !vm_map(&space, PAGE, frames[0], VM_KERNEL_READS)) {
		bench->wrong = "no memory for an address space";
		return false;
	}
	load(&space);
	return true;
}

static bool prepare_ipi(struct bench *bench)
{
	return prepare(bench, TLB_BY_IPI);
}

static bool prepare_firmware(struct bench *bench)
{
	return prepare(bench, TLB_BY_FIRMWARE);
}

static bool prepare_broadcast(struct bench *bench)
{
	return prepare(bench, TLB_BY_BROADCAST);
}

static void finish(struct bench *bench)
{
	look(bench);
	load(NULL);
}

/* Nobody counts what the firmware or the hardware does: there the looks are the check. */
static void finish_others(struct bench *bench)
{
	finish(bench);
	bench->executed = bench->made;
}

static void finish_ipi(struct bench *bench)
{
	finish(bench);
	bench->executed = flushed_by_others(bench) - flushed_before;
}

const struct bench_row bench_tlb_rows[] = {
	{.name = "tlb-ipi",
	 .least_cpus = 2,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .work = read_until_over,
	 .batch = 1,
	 .prepare = prepare_ipi,
	 .sample = shoot,
	 .finish = finish_ipi},
	{.name = "tlb-firmware",
	 .least_cpus = 2,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .work = read_until_over,
	 .batch = 1,
	 .prepare = prepare_firmware,
	 .sample = shoot,
	 .finish = finish_others},
	{.name = "tlb-broadcast",
	 .least_cpus = 2,
	 .most_cpus = BENCH_MOST_SPINNING,
	 .work = read_until_over,
	 .batch = 1,
	 .prepare = prepare_broadcast,
	 .sample = shoot,
	 .finish = finish_others},
	{.name = NULL},
};
