/* SPDX-License-Identifier: MIT */
#include "kernel/idle.h"

#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/timer.h"

#define SPIN_NS 20000ULL
#define FIRST_SLEEP_NS 50000ULL
#define LONG_SLEEP_NS 2000000ULL

void sleep_masked(uint64_t ns)
{
	timer_set(ns);
	wait_for_interrupt();
	timer_stop();
}

void idle(uint64_t ns)
{
	/*
	 * Masked from the look at the flag to the sleep: an interrupt between the two stays
	 * pending, and then the sleep ends at once.
	 */
	local_irq_disable();
	if (test_and_clear_need_resched()) {
		percpu_count(&this_cpu()->schedules);
	} else {
		if (ns != 0) {
			timer_set(ns);
		}
		wait_for_interrupt();
	}
	local_irq_enable();
}

bool wait_until(bool (*done)(void *arg), void *arg, uint64_t ns)
{
	uint64_t start = arch_clock_ns();
	uint64_t step = FIRST_SLEEP_NS;

	while (!done(arg)) {
		uint64_t waited = arch_clock_ns() - start;
		unsigned long state;

		if (waited > ns) {
			return done(arg);
		}
		if (waited < SPIN_NS) {
			cpu_relax();
			continue;
		}
		state = local_irq_save();
		sleep_masked(step);
		local_irq_restore(state);
		step = step * 2 > LONG_SLEEP_NS ? LONG_SLEEP_NS : step * 2;
	}
	return true;
}
