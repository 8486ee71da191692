/* SPDX-License-Identifier: MIT */
/*
 * One of the threads of threads=N is a program in user mode. It checks its registers all the time,
 * is preempted by all others, and moved by the driver. It never sleeps: at a priority above anybody
 * else's it would keep those from running that may run on its CPU only.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/memory.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/stress.h"
#include "kernel/user.h"
#include "kernel/vm.h"

#define CODE_AT ((uintptr_t)SPACE_BASE)
#define WORD_AT ((uintptr_t)SPACE_BASE + PAGE_BYTES)
#define LOWEST_PRIO 0U /* the others' are 1 and more */

static struct {
	struct vm_space space;
	_Atomic uint32_t *word; /* the program's word that says when to stop */
	struct task *task;
	struct user_end end;
} program;

bool stress_program_start(void)
{
	unsigned long entry = CODE_AT + ((uintptr_t)user_fill - (uintptr_t)user_page);

	program.word = memory_reserve(PAGE_BYTES, PAGE_BYTES);
	if (program.word == NULL || !vm_create(&program.space) ||
	    !vm_map(&program.space, CODE_AT, user_page, VM_USER_RUNS) ||
	    !vm_map(&program.space, WORD_AT, program.word, VM_USER_READS)) {
		return false;
	}
	program.task = task_create_user("program", &program.space, entry, WORD_AT, &program.end,
					LOWEST_PRIO, NULL);
	if (program.task != NULL) {
		task_start(program.task);
	}
	return program.task != NULL;
}

/* To one that is there, and no other: the driver alone takes CPUs away. */
void stress_program_move(uint64_t dice)
{
	unsigned int skip = (unsigned int)(dice % num_online_cpus());
	struct cpumask online;
	unsigned int cpu;

	cpumask_copy_online(&online);
	cpu = cpumask_first(&online);
	while (skip-- > 0) {
		cpu = cpumask_next(cpu, &online);
	}
	online = cpumask_of(cpu);
	(void)task_set_affinity(program.task, &online);
}

void stress_program_end(void)
{
	struct task_info info = {0};
	long value = -1;

	(void)task_describe(program.task, &info);
	/* Relaxed: nothing else comes with it. */
	atomic_store_explicit(program.word, 1, memory_order_relaxed);
	task_join(program.task, &value);
	result_check(value == 0 && program.end.exception == NULL,
		     "threads: the program: %s, register %ld changed",
		     program.end.exception != NULL ? program.end.exception : "ended", value);
	printk("  %-24s %7lu times taken off its CPU, %lu times moved\n", "program in user mode",
	       (unsigned long)info.switches, (unsigned long)info.moves);
}
