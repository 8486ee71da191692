/* SPDX-License-Identifier: MIT */
#include "kernel/timer.h"

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/irq_context.h>
#include <crosscall/tick_broadcast.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/conform.h"

/* Many virtual CPUs on few real ones must not spend all their time ticking. */
#define TICK_NS 10000000ULL
#define TICK_PER_CPU_NS 500000ULL

/* The boot CPU's own. When the next one is due; 0: none. */
static uint64_t next_tick;
static unsigned long failures;

static bool ticks_here(void)
{
	return this_cpu() == &boot_percpu && next_tick != 0;
}

static uint64_t until_tick(void)
{
	uint64_t now = arch_clock_ns();

	return next_tick > now ? next_tick - now : 0;
}

static void program(uint64_t ns)
{
	percpu_count(&this_cpu()->timer_sets);
	arch_timer_set(ns);
}

void timer_set(uint64_t ns)
{
	uint64_t left = ticks_here() ? until_tick() : ns;

	program(left < ns ? left : ns);
}

void timer_stop(void)
{
	if (ticks_here()) {
		program(until_tick());
	} else {
		arch_timer_stop();
	}
}

/* Interrupts masked. */
static void tick(void)
{
	struct cpumask online;
	int error;

	next_tick = arch_clock_ns() + TICK_NS + TICK_PER_CPU_NS * nr_numbered();
	cpumask_copy_online(&online);
	error = tick_broadcast(&online);
	/* One that went offline between the two needs no tick. */
	failures += error != 0 && error != -ENXIO;
}

void tick_start(void)
{
	local_irq_disable();
	next_tick = arch_clock_ns();
	program(0);
	local_irq_enable();
}

void tick_stop(void)
{
	unsigned long state = local_irq_save();

	next_tick = 0;
	arch_timer_stop();
	local_irq_restore(state);
}

unsigned long tick_failures(void)
{
	return failures;
}

/* The sleep is over, or the tick is due. */
void timer_interrupt(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	arch_timer_stop();
	percpu_count(&this_cpu()->ticks);
	conform_timer();
	if (ticks_here()) {
		if (until_tick() == 0) {
			tick();
		}
		program(until_tick());
	}
	irq_exit(outer);
}
