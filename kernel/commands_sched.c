/* SPDX-License-Identifier: MIT */
/* Commands that show threads: who there is, and what the CPUs do. */
#include <stdio.h>
#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include "kernel/arch.h"
#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/params.h"
#include "kernel/sched/sched.h"

#define CTRL_C 0x03
#define LOOK_NS 50000000ULL
#define SECOND_NS 1000000000ULL
#define LONGEST_TOP 3600U
#define BUSIEST 5U

bool command_interrupted(void)
{
	int byte;

	while ((byte = console_getc()) >= 0) {
		if (byte == CTRL_C) {
			console_write("^C\n");
			return true;
		}
	}
	return false;
}

bool command_sleep(uint64_t ns)
{
	uint64_t end = arch_clock_ns() + ns;

	for (;;) {
		uint64_t now = arch_clock_ns();

		if (command_interrupted()) {
			return false;
		}
		if (now >= end) {
			return true;
		}
		task_sleep(end - now < LOOK_NS ? end - now : LOOK_NS);
	}
}

struct task *find_thread(const char *word, struct task_info *info)
{
	unsigned int id;

	if (parse_number(word, 1, ~0U, &id)) {
		for (struct task *t = task_next(NULL); t != NULL; t = task_next(t)) {
			if (task_describe(t, info) && info->id == id) {
				return t;
			}
		}
	}
	printk("%s: no thread; ps lists them\n", word);
	return NULL;
}

/* ---- ps ---- */

static const char *state_of(const struct task_info *info)
{
	if (info->place == TASK_CURRENT) {
		return info->off ? "offline" : info->idle ? "idle" : "running";
	}
	if (info->place == TASK_QUEUED) {
		return "ready";
	}
	return info->idle ? "waits" : info->place == TASK_OFF ? "asleep" : "moving";
}

static void print_thread(const struct task_info *info)
{
	char cpus[64];
	char id[12] = "-";

	if (info->id != 0) {
		snprintf(id, sizeof(id), "%u", info->id);
	}
	(void)cpumask_print_list(&info->affinity, cpus, sizeof(cpus));
	printk("%6s  %-15s %-8s %4u %4u %10lu %9lu %9lu %6lu  %s%s\n", id, info->name,
	       state_of(info), info->cpu, info->prio, (unsigned long)(info->run_ns / 1000),
	       (unsigned long)info->switches, (unsigned long)info->wakeups,
	       (unsigned long)info->moves, cpus, info->stray ? ", stray" : "");
}

/* The thread with the lowest number above 'last'; false when there is none. */
static bool next_by_id(unsigned int last, struct task_info *found)
{
	bool any = false;

	for (struct task *t = task_next(NULL); t != NULL; t = task_next(t)) {
		struct task_info info;

		if (task_describe(t, &info) && info.id > last && (!any || info.id < found->id)) {
			*found = info;
			any = true;
		}
	}
	return any;
}

void run_ps(char *const argv[MAX_WORDS])
{
	struct task_info info = {.id = 0};

	(void)argv;
	printk("%6s  %-15s %-8s %4s %4s %10s %9s %9s %6s  %s\n", "id", "name", "state", "cpu",
	       "prio", "us", "switches", "wake-ups", "moves", "may run on");
	/* The console and the idle threads have no number. */
	for (struct task *t = task_next(NULL); t != NULL; t = task_next(t)) {
		if (task_describe(t, &info) && info.id == 0) {
			print_thread(&info);
		}
	}
	info.id = 0;
	while (next_by_id(info.id, &info)) {
		print_thread(&info);
	}
}

/* ---- top ---- */

/* What a CPU had done. */
struct past {
	struct sched_stats sched;
	uint64_t sent;
	uint64_t received;
};

static struct {
	struct past cpus[CROSSCALL_NR_CPUS];
	uint64_t time;
} before;

static void read_cpu(unsigned int cpu, struct past *past)
{
	*past = (struct past){.sent = 0};
	(void)sched_stats_read(cpu, &past->sched);
	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		struct ipi_stats stats;

		if (ipi_stats_read(cpu, kind, &stats) == 0) {
			past->sent += stats.sent;
			past->received += stats.received;
		}
	}
}

static void look_before(void)
{
	struct task_info info;

	before.time = arch_clock_ns();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		read_cpu(cpu, &before.cpus[cpu]);
	}
	for (struct task *t = task_next(NULL); t != NULL; t = task_next(t)) {
		if (task_describe(t, &info)) {
			t->seen_id = info.id;
			t->seen_ns = info.run_ns;
		}
	}
}

static unsigned long a_second(uint64_t count, uint64_t ns)
{
	return (unsigned long)(count * SECOND_NS / (ns == 0 ? 1 : ns));
}

static void print_cpu(unsigned int cpu, uint64_t ns)
{
	const struct past *was = &before.cpus[cpu];
	struct past now;
	unsigned long idle;

	read_cpu(cpu, &now);
	if (!cpu_online(cpu)) {
		printk("%6u  offline\n", cpu);
		return;
	}
	idle = (unsigned long)((now.sched.idle_ns - was->sched.idle_ns) * 100 / (ns == 0 ? 1 : ns));
	printk("%6u %5u %11lu %11lu %11lu %11lu %5lu%%  %s\n", cpu,
	       now.sched.queued + !now.sched.idle,
	       a_second(now.sched.switches - was->sched.switches, ns),
	       a_second(now.sched.wakeups - was->sched.wakeups, ns),
	       a_second(now.sent - was->sent, ns), a_second(now.received - was->received, ns),
	       idle > 100 ? 100 : idle, now.sched.current);
}

struct busy {
	struct task_info info;
	uint64_t ns;
};

/* Sorted, the busiest first. */
static void enter(struct busy busiest[BUSIEST], const struct busy *one)
{
	unsigned int at = BUSIEST - 1;

	if (one->ns <= busiest[at].ns) {
		return;
	}
	for (; at > 0 && one->ns > busiest[at - 1].ns; at--) {
		busiest[at] = busiest[at - 1];
	}
	busiest[at] = *one;
}

static void print_busiest(uint64_t ns)
{
	struct busy busiest[BUSIEST] = {{.ns = 0}};

	for (struct task *t = task_next(NULL); t != NULL; t = task_next(t)) {
		struct busy one;

		if (task_describe(t, &one.info) && !one.info.idle) {
			bool same = t->seen_id == one.info.id; /* else it is newer than the look */

			one.ns = one.info.run_ns - (same ? t->seen_ns : 0);
			enter(busiest, &one);
		}
	}
	for (unsigned int i = 0; i < BUSIEST && busiest[i].ns != 0; i++) {
		const struct task_info *info = &busiest[i].info;

		printk("  thread %u (%s): %lu%% of a CPU, cpu %u, priority %u\n", info->id,
		       info->name, (unsigned long)(busiest[i].ns * 100 / (ns == 0 ? 1 : ns)),
		       info->cpu, info->prio);
	}
}

void run_top(char *const argv[MAX_WORDS])
{
	unsigned int seconds = 1;
	uint64_t ns;

	if (argv[1] != NULL && !parse_number(argv[1], 1, LONGEST_TOP, &seconds)) {
		printk("%s: not a number of seconds from 1 to %u\n", argv[1], LONGEST_TOP);
		return;
	}
	look_before();
	(void)command_sleep(seconds * SECOND_NS); /* Ctrl-C: what there is until then */
	ns = arch_clock_ns() - before.time;
	printk("%6s %5s %11s %11s %11s %11s %6s  %s\n", "cpu", "load", "switches/s", "wake-ups/s",
	       "IPIs out/s", "IPIs in/s", "idle", "runs");
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		print_cpu(cpu, ns);
	}
	print_busiest(ns);
}
