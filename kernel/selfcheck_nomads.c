/* SPDX-License-Identifier: MIT */
/*
 * Threads that sleep, yield, work and pin themselves at random while CPUs come and go under them;
 * and programs in user mode that are preempted and moved, and find their registers as they left
 * them.
 */
#include <stdatomic.h>
#include <stdio.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/memory.h"
#include "kernel/params.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"
#include "kernel/user.h"
#include "kernel/vm.h"

#define NOMADS 32U
#define NAP_NS 2000000ULL
#define PROGRAMS_A_CPU 2U
#define MOST_PROGRAMS 16U
#define CODE_AT ((uintptr_t)SPACE_BASE)
#define WORD_AT ((uintptr_t)SPACE_BASE + PAGE_BYTES)
#define MOVES 20U	 /* of each program */
#define MOVES_OF_MANY 5U /* with more CPUs than MANY_CPUS, which take turns */
#define MANY_CPUS 16U
#define SWITCHES_WANTED 5U
#define CPUS_VISITED 4U /* few enough that programs meet, and take turns by the tick */
#define MOVE_NS 1000000ULL

static struct task *nomads[NOMADS];
static unsigned int nr_nomads;
static atomic_bool over;
static _Atomic uint64_t stations; /* that they have been at */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void wander(uint64_t dice)
{
	struct cpumask where = cpumask_of((unsigned int)(dice >> 8) % nr_numbered());

	switch (dice % 5) {
	case 0:
		task_sleep(dice % NAP_NS);
		break;
	case 1:
		task_yield();
		break;
	case 2:
		cpumask_set_cpu(0, &where); /* it stays: nobody is stray, which would be said */
		(void)task_set_affinity(current_task(), &where);
		break;
	case 3:
		cpumask_set_below(&where, nr_numbered());
		(void)task_set_affinity(current_task(), &where);
		break;
	default:
		/* That wakes for nothing is allowed. */
		(void)wake_up_process(nomads[(dice >> 8) % NOMADS]);
	}
}

static long roam(void *arg)
{
	uint64_t random = (params.seed + 1ULL) * 0x9e3779b97f4a7c15ULL + (uintptr_t)arg;
	char text[32];

	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		wander(next_random(&random));
		/* Takes floating point on aarch64, and is preempted like anything else. */
		snprintf(text, sizeof(text), "%u", (unsigned int)random);
		atomic_fetch_add_explicit(&stations, 1, memory_order_relaxed);
	}
	return (long)(uintptr_t)arg;
}

void selfcheck_nomads_begin(void)
{
	atomic_store_explicit(&over, false, memory_order_relaxed);
	for (nr_nomads = 0; nr_nomads < NOMADS; nr_nomads++) {
		nomads[nr_nomads] = task_create("nomad", roam, (void *)(uintptr_t)(nr_nomads + 1),
						PRIO_LOW + nr_nomads % 3, NULL);
		if (!result_check(nomads[nr_nomads] != NULL, "no memory for a thread")) {
			give_up("the scheduler does not get that far");
		}
	}
	for (unsigned int i = 0; i < NOMADS; i++) {
		task_start(nomads[i]);
	}
}

void selfcheck_nomads_end(void)
{
	unsigned int good = 0;

	atomic_store_explicit(&over, true, memory_order_relaxed);
	for (unsigned int i = 0; i < nr_nomads; i++) {
		long value = 0;

		task_join(nomads[i], &value);
		good += value == (long)i + 1;
	}
	result_check(good == nr_nomads && task_count() == 0, "%u of %u threads ended, %u are left",
		     good, nr_nomads, task_count());
	printk("  %-24s %7u threads ended well after %lu stations\n", "threads meanwhile", good,
	       (unsigned long)atomic_load_explicit(&stations, memory_order_relaxed));
}

/* ---- user mode ---- */

static struct {
	struct vm_space space;
	_Atomic uint32_t *word; /* the programs' word that says when to stop */
	struct task *task[MOST_PROGRAMS];
	struct user_end end[MOST_PROGRAMS];
	unsigned int nr;
} programs;

static bool prepare(void)
{
	programs.word = memory_reserve(PAGE_BYTES, PAGE_BYTES);
	return programs.word != NULL && vm_create(&programs.space) &&
	       vm_map(&programs.space, CODE_AT, user_page, VM_USER_RUNS) &&
	       vm_map(&programs.space, WORD_AT, programs.word, VM_USER_READS);
}

static void start_programs(unsigned int nr)
{
	unsigned long entry = CODE_AT + ((uintptr_t)user_fill - (uintptr_t)user_page);

	for (programs.nr = 0; programs.nr < nr; programs.nr++) {
		struct task *task = task_create_user("program", &programs.space, entry, WORD_AT,
						     &programs.end[programs.nr], PRIO_NORMAL, NULL);

		if (!result_check(task != NULL, "no memory for a thread")) {
			break;
		}
		programs.task[programs.nr] = task;
		task_start(task);
	}
}

/* Each has been taken off its CPU so often. */
static bool all_switched(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < programs.nr; i++) {
		struct task_info info = {0};

		if (!task_describe(programs.task[i], &info) || info.switches < SWITCHES_WANTED) {
			return false;
		}
	}
	return true;
}

/* Of the CPUs that are online the first few. */
static void choose_cpus(struct cpumask *cpus)
{
	unsigned int nr = 0;
	unsigned int cpu;

	cpumask_copy_online(cpus);
	for_each_cpu(cpu, cpus) {
		if (nr++ >= CPUS_VISITED) {
			cpumask_clear_cpu(cpu, cpus);
		}
	}
}

/* From CPU to CPU, one place at a time. */
static void move_programs(const struct cpumask *cpus)
{
	unsigned int moves = num_online_cpus() > MANY_CPUS ? MOVES_OF_MANY : MOVES;
	unsigned int cpu = cpumask_first(cpus);

	for (unsigned int i = 0; i < moves * programs.nr; i++) {
		unsigned int which = (i + i / programs.nr) % programs.nr;
		struct cpumask there = cpumask_of(cpu);

		(void)task_set_affinity(programs.task[which], &there);
		cpu = cpumask_next(cpu, cpus);
		cpu = cpu < CROSSCALL_NR_CPUS ? cpu : cpumask_first(cpus);
		task_sleep(MOVE_NS);
	}
}

void selfcheck_programs(void)
{
	struct cpumask cpus;
	unsigned int good = 0;
	uint64_t moves = 0;
	unsigned int nr;

	choose_cpus(&cpus);
	nr = PROGRAMS_A_CPU * num_online_cpus();
	if (!result_check(prepare(), "no memory for programs")) {
		return;
	}
	start_programs(nr < MOST_PROGRAMS ? nr : MOST_PROGRAMS);
	move_programs(&cpus);
	result_check(wait_until(all_switched, NULL, patience_ns()), "programs are not preempted");
	atomic_store_explicit(programs.word, 1, memory_order_relaxed);
	for (unsigned int i = 0; i < programs.nr; i++) {
		struct task_info info = {0};
		long value = -1;

		(void)task_describe(programs.task[i], &info);
		moves += info.moves;
		task_join(programs.task[i], &value);
		good += result_check(value == 0 && programs.end[i].exception == NULL,
				     "program %u: %s, register %ld changed", i,
				     programs.end[i].exception != NULL ? programs.end[i].exception
								       : "ended",
				     value);
	}
	printk("  %-24s %7u preempted and moved, %lu times, registers %s\n", "programs", good,
	       (unsigned long)moves, good == programs.nr ? "intact" : "LOST");
}
