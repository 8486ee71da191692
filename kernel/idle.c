/* SPDX-License-Identifier: MIT */
#include "kernel/idle.h"

#include <crosscall/idle.h>
#include <crosscall/resched.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/params.h"
#include "kernel/sched/sched.h"
#include "kernel/timer.h"

#define SPIN_NS 20000ULL
#define FIRST_SLEEP_NS 50000ULL
#define LONG_SLEEP_NS 2000000ULL

/* Polling of its own accord. */
#define POLL_MOST_NS 50000ULL
#define POLL_LEAST_NS 5000ULL
#define SHORT_SLEEPS 4U /* in a row, before it begins */

/* Relaxed: a CPU may poll once more as it did before. */
static _Atomic uint64_t poll_ns = IDLE_POLL_AUTO;

uint64_t idle_set_poll(uint64_t ns)
{
	return atomic_exchange_explicit(&poll_ns, ns, memory_order_relaxed);
}

uint64_t patience_ns(void)
{
	return params.patience * UINT64_C(1000000000);
}

void sleep_masked(uint64_t ns)
{
	timer_set(ns);
	wait_for_interrupt();
	timer_stop();
}

void sleep_unless_asked(uint64_t ns)
{
	if (!need_resched()) {
		sleep_masked(ns);
	}
}

/* How long this CPU is to poll. */
static uint64_t poll_time(const struct percpu *self)
{
	uint64_t ns = atomic_load_explicit(&poll_ns, memory_order_relaxed);

	return ns == IDLE_POLL_AUTO ? self->poll_ns : ns;
}

/*
 * A CPU whose last sleeps all were so short that polling would have seen their ends begins to poll.
 * It goes on while somebody comes; each time that nobody does it polls half as long, and soon not
 * at all. So a CPU that is called all the time polls, one with nothing to do does not, and where
 * virtual CPUs wait for real ones, which makes sleeps long, hardly one does.
 */
static void learn_from_poll(struct percpu *self, bool wanted)
{
	if (wanted) {
		self->poll_ns = POLL_MOST_NS;
	} else {
		self->poll_ns = self->poll_ns / 2 < POLL_LEAST_NS ? 0 : self->poll_ns / 2;
	}
}

static void learn_from_sleep(struct percpu *self, uint64_t slept)
{
	self->short_sleeps = slept < POLL_MOST_NS ? self->short_sleeps + 1 : 0;
	if (self->short_sleeps >= SHORT_SLEEPS && self->poll_ns == 0) {
		self->short_sleeps = 0;
		self->poll_ns = POLL_MOST_NS;
	}
}

/* True when something was served. */
static bool poll(struct percpu *self)
{
	uint64_t ns = poll_time(self);
	uint64_t start;
	bool wanted;

	if (ns == 0) {
		return false;
	}
	const _Atomic uint32_t *word = smp_idle_poll_enter();

	/* release: pairs with the acquire in has_begun(), whose caller relies on the poll */
	atomic_store_explicit(&self->polls, percpu_read(&self->polls) + 1, memory_order_release);
	start = arch_clock_ns();
	wanted = smp_idle_poll_wanted();
	while (!wanted && !interrupt_pending() && arch_clock_ns() - start < ns) {
		arch_wait_on(word, SMP_IDLE_POLLING);
		wanted = smp_idle_poll_wanted();
	}
	learn_from_poll(self, wanted);
	return smp_idle_poll_leave();
}

static void doze(struct percpu *self)
{
	uint64_t start = arch_clock_ns();

	/* One that is pending already says nothing about how long a sleep would be. */
	if (!interrupt_pending()) {
		wait_for_interrupt();
		learn_from_sleep(self, arch_clock_ns() - start);
	}
}

void idle(uint64_t ns)
{
	if (task_may_sleep()) {
		task_pause(ns);
		return;
	}

	struct percpu *self = this_cpu(); /* an idle thread stays on it */

	/*
	 * Masked from the look at the flag to the sleep: an interrupt between the two stays
	 * pending, and then the sleep ends at once. An interrupt ends the polling as well.
	 */
	local_irq_disable();
	if (ns != 0 && !need_resched()) {
		timer_set(ns);
	}
	if (!poll(self) && !need_resched()) {
		doze(self);
	}
	local_irq_enable();
	schedule();
}

/* With interrupts masked, or where the thread may not leave, nobody else runs meanwhile. */
static void wait_step(uint64_t ns)
{
	unsigned long state = local_irq_save();
	bool masked = state == 0;

	local_irq_restore(state);
	if (!masked && task_may_sleep()) {
		task_pause(ns);
		return;
	}
	state = local_irq_save();
	sleep_masked(ns);
	local_irq_restore(state);
}

bool wait_until(bool (*done)(void *arg), void *arg, uint64_t ns)
{
	uint64_t start = arch_clock_ns();
	uint64_t step = FIRST_SLEEP_NS;

	while (!done(arg)) {
		uint64_t waited = arch_clock_ns() - start;
		if (waited > ns) {
			return done(arg);
		}
		if (waited < SPIN_NS) {
			cpu_relax();
			continue;
		}
		wait_step(step);
		step = step * 2 > LONG_SLEEP_NS ? LONG_SLEEP_NS : step * 2;
	}
	return true;
}
