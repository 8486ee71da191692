/* SPDX-License-Identifier: MIT */
/*
 * IPIs that come while a CPU is in user mode: they are taken there, and the program that was
 * interrupted finds all its registers as it left them.
 */
#include <stdatomic.h>
#include <stdio.h>

#include <crosscall/cpu.h>
#include <crosscall/irq_context.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/memory.h"
#include "kernel/result.h"
#include "kernel/sched/call_on_cpu.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"
#include "kernel/user.h"
#include "kernel/vm.h"

#define MOST_CPUS 8
#define WANTED 50U	  /* interrupts in user mode, a CPU */
#define MOST_SENDS 20000U /* the program has to get its turn in between */
#define CODE_AT ((uintptr_t)SPACE_BASE)
#define WORD_AT ((uintptr_t)SPACE_BASE + PAGE_BYTES)

static struct vm_space space;
static _Atomic uint32_t *word; /* the program's, at WORD_AT */

/* One program on one CPU. */
struct stay {
	unsigned long entry; /* where in the page */
	unsigned long argument;
	unsigned int target;
	bool spoiled; /* a send failed, or was not heard */
	_Atomic uint32_t ended;
	struct user_end end;
};

static int stay(void *arg)
{
	struct stay *stay = arg;
	unsigned long state;

	preempt_disable(); /* the sender looks for it on this CPU */
	state = local_irq_save();

	vm_load(&space);
	user_run(CODE_AT + stay->entry, stay->argument, &stay->end);
	/* Relaxed: it only saves the sender the rest. */
	atomic_store_explicit(&stay->ended, 1, memory_order_relaxed);
	vm_load(NULL);
	local_irq_restore(state);
	preempt_enable();
	return 0;
}

/* Prints in between: on aarch64 that takes floating point, and a trap within the interrupt. */
static void note_call(void *unused)
{
	const struct pt_regs *regs = get_irq_regs();
	char text[32];

	(void)unused;
	snprintf(text, sizeof(text), "cpu %u", this_cpu()->cpu);
	if (in_interrupt() && regs != NULL && arch_regs_user(regs)) {
		percpu_count(&this_cpu()->from_user);
	}
}

struct await {
	const struct percpu *cpu;
	uint64_t heard;
};

static bool has_heard(void *arg)
{
	const struct await *await = arg;

	return percpu_read(&await->cpu->heard[IPI_PING]) > await->heard;
}

static bool ping_and_call(unsigned int cpu)
{
	struct await await = {.cpu = cpu_data(cpu)};
	struct cpumask mask = cpumask_of(cpu);

	await.heard = percpu_read(&await.cpu->heard[IPI_PING]);
	return smp_cross_call(&mask, IPI_PING, NULL) == 0 &&
	       wait_until(has_heard, &await, patience_ns()) &&
	       smp_call_function_single(cpu, note_call, NULL, true) == 0;
}

/* The sender's part: until enough have come in user mode, then it lets the program end. */
static int send(void *arg)
{
	struct stay *stay = arg;
	const percpu_count_t *taken = &cpu_data(stay->target)->from_user;
	uint64_t before = percpu_read(taken);

	preempt_disable(); /* calls wait */
	for (unsigned int i = 0; i < MOST_SENDS && percpu_read(taken) < before + WANTED; i++) {
		if (atomic_load_explicit(&stay->ended, memory_order_relaxed) != 0) {
			break;
		}
		if (!ping_and_call(stay->target)) {
			stay->spoiled = true;
			break;
		}
	}
	/* Relaxed: the program only waits for it. */
	atomic_store_explicit(word, 1, memory_order_relaxed);
	preempt_enable();
	return 0;
}

static bool run_both(unsigned int sender, unsigned int target, struct stay *there)
{
	struct cpu_call sends;
	struct cpu_call stays;

	return cpu_call_start(&stays, target, stay, there) == 0 &&
	       cpu_call_start(&sends, sender, send, there) == 0 &&
	       cpu_call_wait(&sends, patience_ns()) == 0 &&
	       cpu_call_wait(&stays, patience_ns()) == 0;
}

/* True when the program found all its registers. */
static bool interrupt_program(unsigned int sender, unsigned int target)
{
	struct stay there = {.entry = (uintptr_t)user_fill - (uintptr_t)user_page,
			     .argument = WORD_AT,
			     .target = target};
	const percpu_count_t *taken = &cpu_data(target)->from_user;
	uint64_t before = percpu_read(taken);

	atomic_store_explicit(word, 0, memory_order_relaxed);
	if (!result_check(run_both(sender, target, &there),
			  "cpu %u does not come back from user mode", target)) {
		give_up("a CPU does not do what it was given");
	}
	result_check(!there.spoiled, "cpu %u in user mode did not hear cpu %u", target, sender);
	result_check(percpu_read(taken) >= before + WANTED, "cpu %u took %lu IPIs in user mode",
		     target, (unsigned long)(percpu_read(taken) - before));
	if (there.end.exception != NULL) {
		return result_check(false, "cpu %u: the program was ended: %s at %lx", target,
				    there.end.exception, there.end.value);
	}
	return result_check(there.end.value == 0, "cpu %u: register %lu of the program changed",
			    target, there.end.value);
}

/* What the kernel has is not the program's: it is ended, and the kernel goes on. */
static void check_exception(void)
{
	struct stay here = {.entry = (uintptr_t)user_read - (uintptr_t)user_page,
			    .argument = (unsigned long)(uintptr_t)word};

	atomic_store_explicit(word, 1, memory_order_relaxed);
	(void)stay(&here);
	result_check(here.end.exception != NULL && here.end.value == CODE_AT + here.entry,
		     "a program read the kernel's memory");
	if (here.end.exception != NULL) {
		printk("  %-24s ended, as it should be: %s\n", "program that strays",
		       here.end.exception);
	}
	here.argument = WORD_AT;
	(void)stay(&here);
	result_check(here.end.exception == NULL && here.end.value == 1,
		     "a program cannot read its own memory");
}

/* Nothing of the kernel's, or of another program's, is in the registers that it begins with. */
static void check_float(void)
{
	struct stay here = {.entry = (uintptr_t)user_float - (uintptr_t)user_page};

	(void)stay(&here);
	if (here.end.exception != NULL) {
		result_check(here.end.value == CODE_AT + here.entry,
			     "a program may use floating point for a while: %s at %lx",
			     here.end.exception, here.end.value);
		printk("  %-24s ended, as it should be: %s\n", "program that computes",
		       here.end.exception);
	} else if (result_check(here.end.value == 0,
				"a program's floating point does not begin with zeros: %lx",
				here.end.value)) {
		printk("  %-24s finds zeros\n", "program that computes");
	}
}

static bool prepare(void)
{
	word = memory_reserve(PAGE_BYTES, PAGE_BYTES);
	return word != NULL && vm_create(&space) &&
	       vm_map(&space, CODE_AT, user_page, VM_USER_RUNS) &&
	       vm_map(&space, WORD_AT, word, VM_USER_READS);
}

void selfcheck_user(void)
{
	unsigned long taken = 0;
	bool intact = true;
	unsigned int nr = 0;
	struct cpumask online;
	unsigned int cpu;

	cpumask_copy_online(&online);
	if (!result_check(prepare(), "no memory for a program")) {
		return;
	}
	for_each_cpu(cpu, &online) {
		unsigned int sender = cpumask_next(cpu, &online);

		sender = sender < CROSSCALL_NR_CPUS ? sender : cpumask_first(&online);
		if (sender != cpu && nr < MOST_CPUS) {
			intact = interrupt_program(sender, cpu) && intact;
			taken += (unsigned long)percpu_read(&cpu_data(cpu)->from_user);
			nr++;
		}
	}
	check_exception();
	check_float();
	if (nr == 0) {
		printk("  IPIs into user mode: need two CPUs\n");
		return;
	}
	printk("  IPIs into user mode      %7lu taken on %u CPUs, registers %s\n", taken, nr,
	       intact ? "intact" : "LOST");
}
