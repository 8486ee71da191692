/* SPDX-License-Identifier: MIT */
#include "kernel/panic.h"

#include <setjmp.h>
#include <stdio.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/stop.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/backtrace.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"

/* Long enough for a virtual CPU whose host is busy; one that masks interrupts stays silent. */
#define CRASH_STOP_NS 3000000000ULL

/* Of the CPU that crashes first: whom it stopped, and who did not answer. */
static struct cpumask stopped;
static struct cpumask silent;

struct panic_catch {
	jmp_buf jump;
	char *message;
	size_t size;
};

/*
 * The first CPU here ends the machine. The library chooses it and stops the others, which save
 * where they were; one that crashes too meanwhile stays here for good. So one report comes out
 * whole.
 */
static void enter_crash(void)
{
	struct cpumask others; /* on its own stack, both: several CPUs may be here */
	struct cpumask left;

	local_irq_disable();
	if (this_cpu()->crashing) {
		/* Crashed while reporting a crash: what is left must need next to nothing. */
		arch_exit(1);
	}
	this_cpu()->crashing = true;
	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	if (smp_send_crash_stop(CRASH_STOP_NS, &left) == -EBUSY) {
		for (;;) {
			wait_for_interrupt();
		}
	}
	stopped = others;
	silent = left;
	console_seize();
}

/* From here on the calls that led to where each CPU was would hide the one that matters. */
#define MANY_CPUS 16U

static void print_stopped_cpu(unsigned int cpu, bool calls)
{
	struct whereabouts where;

	if (cpumask_test_cpu(cpu, &silent)) {
		printk("  cpu %u: silent; %s%s\n", cpu,
		       doorbell_no_nmi() != NULL ? "nothing here interrupts a masked CPU: "
						 : "although it would be interrupted when masked",
		       doorbell_no_nmi() != NULL ? doorbell_no_nmi() : "");
	} else if (cpu_data(cpu)->crashing) {
		/* It set that before it counted as stopped. What it kept earlier is stale. */
		printk("  cpu %u: crashed too\n", cpu);
	} else if (whereabouts_read(cpu, &where)) {
		printk("  cpu %u: stopped at pc %016lx, sp %016lx, in thread %s%s\n", cpu,
		       arch_regs_pc(&where.regs), arch_regs_sp(&where.regs), where.thread,
		       arch_regs_masked(&where.regs) ? ", interrupts masked" : "");
		if (calls) {
			backtrace_print(&where.trace);
		}
	}
}

static void print_stopped(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &stopped) {
		print_stopped_cpu(cpu, cpumask_weight(&stopped) < MANY_CPUS);
	}
}

/* 'regs' may be null. */
static _Noreturn void die(const char *what, const struct pt_regs *regs,
			  const struct backtrace *trace)
{
	enter_crash();
	printk("crosscall: panic on CPU %u (%s %lu): %s\n", this_cpu()->cpu, arch_hwid_name,
	       (unsigned long)this_cpu()->hwid.id, what);
	printk("  in thread %s\n", sched_current_name(this_cpu()->cpu));
	if (regs != NULL) {
		arch_show_regs(regs);
	}
	backtrace_print(trace);
	print_stopped();
	result_print_fail();
	arch_exit(1);
}

void panic(const char *message)
{
	struct panic_catch *catch = this_cpu()->catch;
	struct backtrace trace;

	if (catch != NULL) {
		snprintf(catch->message, catch->size, "%s", message);
		longjmp(catch->jump, 1);
	}
	backtrace_here(&trace);
	die(message, NULL, &trace);
}

void fatal_trap(const char *what, const struct pt_regs *regs)
{
	struct backtrace trace;

	if (regs != NULL) {
		backtrace_of(regs, &trace);
	} else {
		backtrace_here(&trace);
	}
	die(what, regs, &trace);
}

void stack_overflow(const struct pt_regs *regs)
{
	struct backtrace trace;

	backtrace_of(regs, &trace);
	/*
	 * This runs on the emergency stack: a further trap must not be taken for one more overflow.
	 */
	this_cpu()->stack_limit = 0;
	this_cpu()->stack_top = ~0UL;
	die("stack overflow", regs, &trace);
}

static __attribute__((noinline)) bool run_caught(struct panic_catch *catch, void (*fn)(void *arg),
						 void *arg)
{
	if (setjmp(catch->jump) != 0) {
		return true;
	}
	this_cpu()->catch = catch;
	fn(arg);
	return false;
}

bool catch_panic(void (*fn)(void *arg), void *arg, char *message, size_t size)
{
	struct panic_catch catch = {.message = message, .size = size};
	unsigned long state = local_irq_save();
	bool panicked;

	local_irq_restore(state);
	panicked = run_caught(&catch, fn, arg);
	this_cpu()->catch = NULL;
	if (panicked) {
		local_irq_disable();
		local_irq_restore(state);
	}
	return panicked;
}
