/* SPDX-License-Identifier: MIT */
/* Commands that make threads to look at, and move, wake and end them. */
#include <stdatomic.h>
#include <string.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/hackbench.h"
#include "kernel/idle.h"
#include "kernel/params.h"
#include "kernel/sched/sched.h"

#define MOST_SPAWNED 256U
#define HIGHEST_PRIO (PRIO_CONSOLE - 1U) /* else the console would have to wait */
#define NAP_NS 100000000ULL

/* A thread that spawn made. */
struct spawned {
	struct task *task;
	_Atomic uint32_t used; /* the console sets it, the thread clears it at its end */
	_Atomic uint32_t end;  /* it is to end */
	unsigned int id;
	bool sleeps;
};

static struct spawned spawned[MOST_SPAWNED];

static bool is_used(const struct spawned *slot)
{
	/* Acquire, paired with the release in run_spawned(). */
	return atomic_load_explicit(&slot->used, memory_order_acquire) != 0;
}

static bool is_to_end(const struct spawned *slot)
{
	/* Relaxed: nothing else comes with it. */
	return atomic_load_explicit(&slot->end, memory_order_relaxed) != 0;
}

static long run_spawned(void *arg)
{
	struct spawned *self = arg;

	while (!is_to_end(self)) {
		if (!self->sleeps) {
			cpu_relax();
			continue;
		}
		task_prepare_to_sleep();
		if (is_to_end(self)) {
			task_finish_sleep();
			break;
		}
		(void)task_block_until(arch_clock_ns() + NAP_NS);
	}
	/* Release, paired with is_used(): the slot may be used again. */
	atomic_store_explicit(&self->used, 0, memory_order_release);
	return 0;
}

static struct spawned *free_slot(void)
{
	for (unsigned int i = 0; i < MOST_SPAWNED; i++) {
		if (!is_used(&spawned[i])) {
			return &spawned[i];
		}
	}
	return NULL;
}

/* Null when it worked. */
static const char *spawn_one(unsigned int prio, bool sleeps, unsigned int *id)
{
	struct spawned *slot = free_slot();
	struct task_info info;

	if (slot == NULL) {
		return "there are too many already";
	}
	slot->sleeps = sleeps;
	atomic_store_explicit(&slot->end, 0, memory_order_relaxed);
	slot->task = task_create(sleeps ? "sleeper" : "busy", run_spawned, slot, prio, NULL);
	if (slot->task == NULL || !task_describe(slot->task, &info)) {
		return "there is no memory for more";
	}
	atomic_store_explicit(&slot->used, 1, memory_order_relaxed); /* task_start() orders */
	slot->id = info.id;
	*id = info.id;
	task_start(slot->task);
	task_detach(slot->task);
	return NULL;
}

/* "[PRIO] [sleep]", in any order. False after a line that says what is wrong. */
static bool parse_kind(char *const words[2], unsigned int *prio, bool *sleeps)
{
	for (unsigned int i = 0; i < 2 && words[i] != NULL; i++) {
		if (strcmp(words[i], "sleep") == 0) {
			*sleeps = true;
		} else if (!parse_number(words[i], 0, HIGHEST_PRIO, prio)) {
			printk("%s: neither a priority from 0 to %u nor sleep\n", words[i],
			       HIGHEST_PRIO);
			return false;
		}
	}
	return true;
}

void run_spawn(char *const argv[MAX_WORDS])
{
	unsigned int prio = PRIO_NORMAL;
	unsigned int first = 0;
	unsigned int last = 0;
	bool sleeps = false;
	unsigned int nr;

	if (!parse_number(argv[1], 1, MOST_SPAWNED, &nr)) {
		printk("%s: not a number of threads from 1 to %u\n", argv[1], MOST_SPAWNED);
		return;
	}
	if (!parse_kind(&argv[2], &prio, &sleeps)) {
		return;
	}
	for (unsigned int i = 0; i < nr; i++) {
		const char *why = spawn_one(prio, sleeps, &last);

		if (why != NULL) {
			printk("%u of %u threads: %s\n", i, nr, why);
			return;
		}
		first = i == 0 ? last : first;
	}
	printk("threads %u to %u, priority %u\n", first, last, prio);
}

/* ---- kill ---- */

static void ask_to_end(struct spawned *slot)
{
	atomic_store_explicit(&slot->end, 1, memory_order_relaxed);
	(void)wake_up_process(slot->task);
}

static bool have_ended(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < MOST_SPAWNED; i++) {
		if (is_used(&spawned[i]) && is_to_end(&spawned[i])) {
			return false;
		}
	}
	return true;
}

void run_kill(char *const argv[MAX_WORDS])
{
	bool all = strcmp(argv[1], "all") == 0;
	struct task_info info;
	unsigned int nr = 0;

	if (!all && find_thread(argv[1], &info) == NULL) {
		return;
	}
	for (unsigned int i = 0; i < MOST_SPAWNED; i++) {
		if (is_used(&spawned[i]) && (all || spawned[i].id == info.id)) {
			ask_to_end(&spawned[i]);
			nr++;
		}
	}
	if (!all && nr == 0) {
		printk("%s: not a thread that spawn made\n", argv[1]);
	} else if (wait_until(have_ended, NULL, patience_ns())) {
		printk("%u ended\n", nr);
	} else {
		printk("%u are to end, and not all have: do others keep the CPUs?\n", nr);
	}
}

/* ---- pin, wake ---- */

void run_pin(char *const argv[MAX_WORDS])
{
	struct task_info info;
	struct task *task = find_thread(argv[1], &info);
	struct cpumask cpus;

	if (task == NULL) {
		return;
	}
	if (cpumask_parse_list(argv[2], &cpus) != 0) {
		printk("%s: not a list of CPUs such as 0-2,5\n", argv[2]);
	} else if (task_set_affinity(task, &cpus) != 0) {
		printk("%s: no CPU; there are 0 to %u\n", argv[2], nr_cpu_ids() - 1);
	} else {
		printk("thread %u (%s): runs on %s only\n", info.id, info.name, argv[2]);
	}
}

void run_wake(char *const argv[MAX_WORDS])
{
	struct task_info info;
	struct task *task = find_thread(argv[1], &info);

	if (task != NULL) {
		printk("thread %u (%s): %s\n", info.id, info.name,
		       wake_up_process(task) ? "slept, and is woken" : "is awake");
	}
}

/* ---- hackbench ---- */

void run_hackbench(char *const argv[MAX_WORDS])
{
	static const struct {
		const char *what;
		unsigned int most;
	} limits[] = {{"groups", HACKBENCH_GROUPS},
		      {"senders and receivers a group", HACKBENCH_FDS},
		      {"messages from each to each", HACKBENCH_LOOPS}};
	unsigned int values[] = {10, 20, 100};

	for (unsigned int i = 0; i < 3; i++) {
		if (argv[i + 1] != NULL &&
		    !parse_number(argv[i + 1], 1, limits[i].most, &values[i])) {
			printk("%s: not a number of %s from 1 to %u\n", argv[i + 1], limits[i].what,
			       limits[i].most);
			return;
		}
	}
	hackbench(values[0], values[1], values[2]);
}
