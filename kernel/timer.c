/* SPDX-License-Identifier: MIT */
#include "kernel/timer.h"

#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/irq_context.h>
#include <crosscall/stall.h>
#include <crosscall/tick_broadcast.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/conform.h"
#include "kernel/sched/sched.h"

/* Many virtual CPUs on few real ones must not spend all their time ticking. */
#define TICK_NS 10000000ULL
#define TICK_PER_CPU_NS 500000ULL

/* Longer than CPUs mask interrupts, also virtual ones that wait for a processor. */
#define RESCUE_NS 1000000000ULL

/* The boot CPU's own. When the next one is due; 0: none. */
static uint64_t next_tick;
/* It ticks for all: they need no timers of their own. Relaxed: who sees it late ticks once more. */
static atomic_bool broadcasting;
static unsigned long failures;

/* The boot CPU's, too. When it looks for lost rings again; 0: it does not. */
static uint64_t next_rescue;

static bool ticks_here(void)
{
	return this_cpu() == &boot_percpu && next_tick != 0;
}

/* When this CPU next wants its timer; 0: not. Interrupts masked. */
static uint64_t next_event(void)
{
	uint64_t event = sched_next_event();

	if (ticks_here()) {
		return event != 0 && event < next_tick ? event : next_tick;
	}
	return atomic_load_explicit(&broadcasting, memory_order_relaxed) ? 0 : event;
}

static uint64_t until(uint64_t when)
{
	uint64_t now = arch_clock_ns();

	return when > now ? when - now : 0;
}

void timer_cpu_init(void)
{
	this_cpu()->timer_armed = 0;
}

static void program(uint64_t ns)
{
	this_cpu()->timer_armed = arch_clock_ns() + ns;
	percpu_count(&this_cpu()->timer_sets);
	arch_timer_set(ns);
}

void timer_set(uint64_t ns)
{
	uint64_t event = next_event();
	uint64_t left = event != 0 ? until(event) : ns;

	program(left < ns ? left : ns);
}

void timer_stop(void)
{
	uint64_t event = next_event();

	if (event != 0) {
		program(until(event));
	} else {
		this_cpu()->timer_armed = 0;
		arch_timer_stop();
	}
}

void timer_update(void)
{
	uint64_t event = next_event();
	uint64_t armed = this_cpu()->timer_armed;

	if (event == 0 && armed != 0) {
		timer_stop();
	} else if (event != 0 && (armed == 0 || armed > event)) {
		program(until(event));
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
	atomic_store_explicit(&broadcasting, true, memory_order_relaxed);
	program(0);
	local_irq_enable();
}

void tick_stop(void)
{
	unsigned long state = local_irq_save();

	next_tick = 0;
	atomic_store_explicit(&broadcasting, false, memory_order_relaxed);
	timer_stop();
	local_irq_restore(state);
}

unsigned long tick_failures(void)
{
	return failures;
}

void rescue_start(void)
{
	unsigned long state = local_irq_save();

	next_rescue = arch_clock_ns() + RESCUE_NS;
	local_irq_restore(state);
}

static void rescue(void)
{
	uint64_t now = arch_clock_ns();

	if (this_cpu() == &boot_percpu && next_rescue != 0 && now >= next_rescue) {
		next_rescue = now + RESCUE_NS;
		(void)ipi_rescue(); /* counted */
	}
}

/* The sleep is over, or the tick is due, or the scheduler wanted it. */
void timer_interrupt(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	this_cpu()->timer_armed = 0;
	arch_timer_stop();
	percpu_count(&this_cpu()->ticks);
	conform_timer();
	rescue();
	if (ticks_here() && until(next_tick) == 0) {
		tick();
	}
	sched_tick();
	timer_update();
	irq_exit(outer);
}
