/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/selfcheck_tlb.h"

/* What the others do, called there, interrupts masked. */

static void load(void *unused)
{
	(void)unused;
	vm_load(&tlb_space);
}

static void unload(void *unused)
{
	(void)unused;
	vm_load(NULL);
}

static void fall_lazy(void *unused)
{
	(void)unused;
	for (unsigned int page = 0; page < NR_TLB_PAGES; page++) {
		(void)tlb_page_read(page);
	}
	tlb_enter_lazy();
}

/* The number of pages that show the old frame. */
static void wake_up(void *old)
{
	tlb_leave_lazy();
	*(unsigned int *)old = 0;
	for (unsigned int page = 0; page < NR_TLB_PAGES; page++) {
		*(unsigned int *)old += tlb_page_read(page) != FRAME_NEW;
	}
}

static struct tlb_stats stats_of(unsigned int cpu)
{
	struct tlb_stats stats;

	(void)tlb_stats_read(cpu, &stats);
	return stats;
}

static void call(unsigned int cpu, void (*func)(void *), void *info)
{
	result_check(smp_call_function_single(cpu, func, info, true) == 0,
		     "a call to cpu %u failed", cpu);
}

static void move_all(unsigned int frame)
{
	for (unsigned int page = 0; page < NR_TLB_PAGES; page++) {
		tlb_page_moves(page, frame);
		result_check(flush_tlb_page(&tlb_space.tlb, TLB_PAGE(page)) == 0,
			     "a shootdown failed");
	}
}

/* 'rounds' times all pages are shot down while the CPU is lazy; then it comes back. */
static void check_lazy(unsigned int cpu, unsigned int rounds, bool whole)
{
	struct tlb_stats here;
	unsigned long moves = (unsigned long)rounds * NR_TLB_PAGES;
	struct tlb_stats before;
	unsigned int old = NR_TLB_PAGES;

	move_all(FRAME_OLD);
	call(cpu, fall_lazy, NULL);
	before = stats_of(cpu);
	here = stats_of(this_cpu()->cpu);
	for (unsigned int i = 0; i < rounds; i++) {
		move_all(FRAME_NEW);
	}
	result_check(stats_of(this_cpu()->cpu).lazy == here.lazy + moves &&
			     stats_of(this_cpu()->cpu).asked == here.asked,
		     "a lazy CPU was not passed over");
	result_check(stats_of(cpu).flushed == before.flushed, "a lazy CPU flushed");
	call(cpu, wake_up, &old);
	result_check(old == 0, "cpu %u reads %u old pages after it was lazy", cpu, old);
	result_check(stats_of(cpu).flushed == before.flushed + 1,
		     "%lu shootdowns that cpu %u missed took %lu flushes", moves, cpu,
		     (unsigned long)(stats_of(cpu).flushed - before.flushed));
	result_check(stats_of(cpu).whole == before.whole + whole,
		     "%lu missed shootdowns became a %s flush", moves, whole ? "small" : "whole");
}

struct await {
	unsigned int cpu;
	uint64_t up_to_date;
};

static bool was_up_to_date(void *arg)
{
	const struct await *await = arg;

	return stats_of(await->cpu).up_to_date > await->up_to_date;
}

/* A request for what was flushed already flushes nothing. */
static void check_repeated(unsigned int cpu)
{
	struct tlb_stats before = stats_of(cpu);
	struct await await = {.cpu = cpu, .up_to_date = before.up_to_date};
	struct cpumask mask = cpumask_of(cpu);

	result_check(smp_cross_call(&mask, IPI_TLB_FLUSH, NULL) == 0 &&
			     wait_until(was_up_to_date, &await, patience_ns()),
		     "cpu %u does not say that it is up to date", cpu);
	result_check(stats_of(cpu).flushed == before.flushed, "a request was served twice");
}

void selfcheck_tlb_generations(void)
{
	struct cpumask others;
	unsigned int cpu;

	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	cpu = cpumask_first(&others);
	call(cpu, load, NULL);
	check_lazy(cpu, 1, false);
	check_lazy(cpu, TLB_RANGES, true);
	check_repeated(cpu);
	call(cpu, unload, NULL);
	printk("  %-24s ranges merge, repeats are dropped, lazy CPUs flush when they return\n",
	       "TLB shootdowns");
}
