/* SPDX-License-Identifier: MIT */
/* The driver of threads=N: makes them, makes them anew, takes CPUs away, and ends it. */
#include "kernel/stress.h"

#include <stdio.h>

#include <crosscall/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/memory.h"
#include "kernel/params.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"

#define TURN_NS 20000000ULL
#define PROGRESS_NS 10000000000ULL
#define SECOND_NS 1000000000ULL
#define AWAY_NS 15000000000ULL /* longer than a virtual CPU stands still */

struct stress stress_state;

static struct stress *const s = &stress_state;

/* The driver's own. */
static struct {
	uint64_t random;
	uint64_t next_line;
	uint64_t away_most; /* longest time between two of its turns */
	struct cpumask all;
	unsigned long ended;
	unsigned long downs;
} plan;

static void start_thread(unsigned int i)
{
	struct stress_slot *slot = &s->slots[i];
	char name[TASK_NAME_SIZE];
	struct task *task;
	unsigned long state;

	snprintf(name, sizeof(name), "t%u", i);
	atomic_store_explicit(&slot->ended, 0, memory_order_relaxed);
	atomic_store(&slot->act, ACT_SLEEP);
	slot->steps = 0;
	task = task_create(name, stress_thread, slot, PRIO_NORMAL, NULL);
	if (task == NULL) {
		give_up("threads: the pool is empty");
	}
	state = spin_lock_irqsave(&slot->lock);
	slot->task = task;
	spin_unlock_irqrestore(&slot->lock, state);
	task_start(task);
}

static void join_thread(unsigned int i)
{
	struct stress_slot *slot = &s->slots[i];
	unsigned long state = spin_lock_irqsave(&slot->lock);
	struct task *task = slot->task;
	long value = -1;

	slot->task = NULL; /* nobody wakes or moves it any more */
	spin_unlock_irqrestore(&slot->lock, state);
	task_join(task, &value);
	result_check(value == (long)i, "thread t%u returned %ld", i, value);
	plan.ended++;
}

static bool has_ended(const struct stress_slot *slot)
{
	/* Acquire, paired with the release in stress_thread(). */
	return atomic_load_explicit(&slot->ended, memory_order_acquire) != 0;
}

static void renew_threads(void)
{
	for (unsigned int i = 0; i < s->nr; i++) {
		if (has_ended(&s->slots[i])) {
			join_thread(i);
			start_thread(i);
		}
	}
}

static void take_away(unsigned int cpu)
{
	const char *why;

	atomic_fetch_add(&s->epoch, 1); /* seq_cst, both: stress_acts.c looks at it twice */
	why = cpu_down(cpu);
	atomic_fetch_add(&s->epoch, 1);
	result_check(why == NULL, "threads: cpu %u down: %s", cpu, why);
	plan.downs++;
}

static void bring_back(unsigned int cpu)
{
	const char *why = cpu_up(cpu);

	result_check(why == NULL, "threads: cpu %u up: %s", cpu, why);
}

static void change_some_cpu(void)
{
	unsigned int cpu = (unsigned int)(stress_random(&plan.random) % nr_cpu_ids());

	if (cpu == 0 || !cpumask_test_cpu(cpu, &plan.all)) {
		return;
	}
	if (cpu_online(cpu)) {
		take_away(cpu);
	} else {
		bring_back(cpu);
	}
}

static void bring_all_back(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &plan.all) {
		if (!cpu_online(cpu)) {
			bring_back(cpu);
		}
	}
}

/* The console is alive: this thread is it. */
static void print_progress(uint64_t now)
{
	if (now >= plan.next_line) {
		plan.next_line = now + PROGRESS_NS;
		printk("  threads: %lu steps, %lu ended, %u CPUs online\n",
		       (unsigned long)atomic_load_explicit(&s->sums.steps, memory_order_relaxed),
		       plan.ended, num_online_cpus());
	}
}

static void drive(unsigned int seconds)
{
	uint64_t now = arch_clock_ns();
	uint64_t end = now + seconds * SECOND_NS;

	plan.next_line = now + PROGRESS_NS;
	while (now < end) {
		uint64_t before = now;

		renew_threads();
		change_some_cpu();
		stress_program_move(stress_random(&plan.random));
		if (!stress_look_for_lost(now)) {
			give_up("a wake-up is lost");
		}
		print_progress(now);
		task_sleep(stress_random(&plan.random) % TURN_NS);
		now = arch_clock_ns();
		plan.away_most = now - before > plan.away_most ? now - before : plan.away_most;
	}
}

static bool all_ended(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < s->nr; i++) {
		if (!has_ended(&s->slots[i])) {
			return false;
		}
	}
	return true;
}

static void end_threads(void)
{
	atomic_store(&s->stop, 1); /* seq_cst: stress_wake() */
	for (unsigned int i = 0; i < s->nr; i++) {
		stress_wake(&s->slots[i], false);
	}
	(void)wake_up_all(&s->queue);
	if (!wait_until(all_ended, NULL, patience_ns())) {
		stress_name_stuck();
		give_up("threads do not end");
	}
	for (unsigned int i = 0; i < s->nr; i++) {
		join_thread(i);
	}
}

static bool prepare(unsigned int nr)
{
	s->nr = nr;
	s->slots = memory_reserve(nr * sizeof(*s->slots), _Alignof(struct stress_slot));
	if (s->slots == NULL || !task_pool_reserve(nr + STRESS_CALLERS + 1)) {
		return false;
	}
	plan.random = (params.seed + 1ULL) * 0x9e3779b97f4a7c15ULL;
	for (unsigned int i = 0; i < nr; i++) {
		spin_lock_init(&s->slots[i].lock, "a thread's slot", RANK_THREADS);
		s->slots[i].random = stress_random(&plan.random) | 1;
	}
	for (unsigned int i = 0; i < STRESS_MUTEXES; i++) {
		mutex_init(&s->mutexes[i], "of the threads");
	}
	semaphore_init(&s->permits, "permits", STRESS_PERMITS);
	semaphore_init(&s->callers, "callers", STRESS_CALLERS);
	wait_queue_init(&s->queue, "items");
	cpumask_copy_online(&plan.all);
	return true;
}

void stress(unsigned int nr, unsigned int seconds)
{
	if (!result_check(prepare(nr), "threads=%u: too little memory", nr)) {
		return;
	}
	printk("\n%u threads for %u seconds, seed %u\n", nr, seconds, params.seed);
	if (!result_check(stress_program_start(), "threads=%u: too little memory", nr)) {
		return;
	}
	for (unsigned int i = 0; i < nr; i++) {
		start_thread(i);
	}
	drive(seconds);
	bring_all_back();
	end_threads();
	stress_program_end();
	printk("  %-24s %7lu ended, %lu CPUs taken down, the console away for %lu ms at most\n",
	       "threads", plan.ended, plan.downs, (unsigned long)(plan.away_most / 1000000));
	result_check(plan.away_most < AWAY_NS, "threads: the console was away for %lu ms",
		     (unsigned long)(plan.away_most / 1000000));
	stress_verdict();
}
