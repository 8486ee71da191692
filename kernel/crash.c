/* SPDX-License-Identifier: MIT */
#include "kernel/crash.h"

#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/smp_call.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/panic.h"

#define TOGETHER_NS 3000000000ULL

static void crash_trap(void *unused)
{
	(void)unused;
	__builtin_trap();
}

static void crash_panic(void *unused)
{
	(void)unused;
	panic("asked for");
}

/*
 * Goes down until the stack is used up, and traps there. Deeper would do no good: without memory
 * protection it only destroys what lies below. Each level keeps something, so that it does not
 * become a loop.
 */
static unsigned int dig(volatile unsigned int *above, smp_call_func_t at_the_end)
{
	volatile unsigned int here[16];

	here[0] = *above;
	if ((unsigned long)here < this_cpu()->stack_limit) {
		at_the_end(NULL);
		return here[0];
	}
	return dig(here, at_the_end) + here[0];
}

static void crash_overflow(void *unused)
{
	volatile unsigned int ground = 0;

	(void)unused;
	ground = dig(&ground, crash_trap);
}

static void crash_midline(void *unused)
{
	(void)console_lock();
	console_write("half of a li");
	crash_trap(unused);
}

static void take_lock(void *taken)
{
	(void)console_lock();
	console_write("half of a li");
	/* Release, paired with the acquire in is_taken(). */
	atomic_store_explicit((atomic_bool *)taken, true, memory_order_release);
	for (;;) {
		cpu_relax();
	}
}

static bool is_taken(void *taken)
{
	return atomic_load_explicit((atomic_bool *)taken, memory_order_acquire);
}

/* Nobody goes first: each waits for the others, for a while, interrupts masked. */
static _Noreturn void crash_together(void *arrived)
{
	uint64_t end = arch_clock_ns() + TOGETHER_NS;

	/* Relaxed: a count that orders nothing. */
	atomic_fetch_add_explicit((_Atomic unsigned int *)arrived, 1, memory_order_relaxed);
	while (atomic_load_explicit((_Atomic unsigned int *)arrived, memory_order_relaxed) <
		       num_online_cpus() &&
	       arch_clock_ns() < end) {
		cpu_relax();
	}
	panic("asked for, on all CPUs at once");
}

_Noreturn void crash_all(void)
{
	static _Atomic unsigned int arrived;

	/* Whoever is not reached is missed for a while, by the others. */
	crosscall_ignore(smp_call_function(crash_together, &arrived, false));
	(void)local_irq_save();
	crash_together(&arrived);
}

static const char *crash_locked(unsigned int cpu)
{
	static atomic_bool taken;

	if (cpu == this_cpu()->cpu) {
		return "this CPU would keep the console from itself";
	}
	if (smp_call_function_single(cpu, take_lock, &taken, false) != 0) {
		return "this CPU cannot be called";
	}
	if (!wait_until(is_taken, &taken, patience_ns())) {
		return "this CPU does not take the console";
	}
	panic("asked for, while another CPU keeps the console");
}

const char *crash_cpu(unsigned int cpu, const char *way)
{
	static const struct {
		const char *name;
		smp_call_func_t func;
	} ways[] = {{"trap", crash_trap},
		    {"overflow", crash_overflow},
		    {"panic", crash_panic},
		    {"midline", crash_midline}};

	if (strcmp(way, "locked") == 0) {
		return crash_locked(cpu);
	}
	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(way, ways[i].name) == 0) {
			crosscall_ignore(smp_call_function_single(cpu, ways[i].func, NULL, true));
			/* Otherwise there would be nobody to return to. */
			return "this CPU cannot be called";
		}
	}
	return "no way to crash; there are " CRASH_WAYS;
}
