/* SPDX-License-Identifier: MIT */
#include "kernel/commands.h"

#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/parking.h>
#include <crosscall/resched.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/crash.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/params.h"
#include "kernel/ping.h"
#include "kernel/table.h"

#define DEFAULT_PINGS 1000U

bool parse_any_cpu(const char *word, unsigned int *cpu)
{
	if (!parse_number(word, 0, nr_cpu_ids() - 1, cpu)) {
		printk("%s: no CPU; there are 0 to %u\n", word, nr_cpu_ids() - 1);
		return false;
	}
	return true;
}

bool parse_cpu(const char *word, unsigned int *cpu)
{
	if (!parse_any_cpu(word, cpu)) {
		return false;
	}
	if (!cpu_online(*cpu)) {
		printk("%s: this CPU is offline\n", word);
		return false;
	}
	return true;
}

bool parse_cpus(const char *word, struct cpumask *mask)
{
	unsigned int cpu;

	if (strcmp(word, "all") == 0) {
		cpumask_copy_online(mask);
		return true;
	}
	if (!parse_cpu(word, &cpu)) {
		return false;
	}
	*mask = cpumask_of(cpu);
	return true;
}

static const char *state_name(const struct percpu *cpu)
{
	if (cpu_online(cpu->cpu)) {
		return "online";
	}
	if (smp_is_parked(cpu->cpu)) {
		return "parked";
	}
	return atomic_load_explicit(&cpu->state, memory_order_acquire) == CPU_ABANDONED
		       ? "did not start"
		       : "offline";
}

static void run_cpus(char *const argv[MAX_WORDS])
{
	unsigned long state = console_lock();

	(void)argv;
	printk("%6s  %-13s %10s %10s %10s %10s  %s\n", "cpu", "state", "schedules", "timer",
	       "ticks", "rings", arch_hwid_name);
	for (unsigned int i = 0; i < nr_numbered(); i++) {
		const struct percpu *cpu = cpu_data(i);

		printk("%6u  %-13s %10lu %10lu %10lu %10lu  %s %lu\n", i, state_name(cpu),
		       (unsigned long)percpu_read(&cpu->schedules),
		       (unsigned long)percpu_read(&cpu->ticks),
		       (unsigned long)percpu_read(&cpu->heard[IPI_TIMER]),
		       (unsigned long)doorbell()->rings(i), arch_hwid_name,
		       (unsigned long)cpu->hwid.id);
	}
	console_unlock(state);
}

static void run_ping(char *const argv[MAX_WORDS])
{
	unsigned int count = DEFAULT_PINGS;
	struct cpumask mask;

	if (!parse_cpus(argv[1], &mask)) {
		return;
	}
	if (argv[2] != NULL && !parse_number(argv[2], 1, PING_MOST, &count)) {
		printk("%s: not a count from 1 to %u\n", argv[2], PING_MOST);
		return;
	}
	ping_cpus(&mask, count);
}

/* Where a called function ran. */
struct place {
	unsigned int cpu;
	hwid_t hwid;
};

static void tell_place(void *info)
{
	struct place *place = info;

	place->cpu = this_cpu()->cpu;
	place->hwid = this_cpu()->hwid;
}

static void run_call(char *const argv[MAX_WORDS])
{
	struct cpumask mask;
	unsigned int cpu;

	if (!parse_cpus(argv[1], &mask)) {
		return;
	}
	for_each_cpu(cpu, &mask) {
		struct place place = {0};
		uint64_t start = arch_clock_ns();
		int error = smp_call_function_single(cpu, tell_place, &place, true);
		uint64_t ns = arch_clock_ns() - start;

		if (error != 0) {
			printk("cpu %u: error %d\n", cpu, error);
		} else {
			printk("cpu %u: ran on %s %lu, and returned after %lu.%lu us\n", place.cpu,
			       arch_hwid_name, (unsigned long)place.hwid.id,
			       (unsigned long)ns / 1000, (unsigned long)ns % 1000 / 100);
		}
	}
}

/* Waiting for a pass through the scheduler. */
struct pass {
	const struct percpu *cpu;
	uint64_t before;
};

static bool has_passed(void *arg)
{
	const struct pass *pass = arg;

	return percpu_read(&pass->cpu->schedules) > pass->before;
}

static void run_resched(char *const argv[MAX_WORDS])
{
	struct pass pass;
	unsigned int cpu;
	uint64_t start;
	int error;

	if (!parse_cpu(argv[1], &cpu)) {
		return;
	}
	pass = (struct pass){.cpu = cpu_data(cpu)};
	pass.before = percpu_read(&pass.cpu->schedules);
	start = arch_clock_ns();
	error = resched_cpu(cpu);
	if (error != 0) {
		printk("cpu %u: error %d\n", cpu, error);
		return;
	}
	if (cpu == this_cpu()->cpu) {
		/* Nobody rings this CPU: it looks at its own flag when it is idle. */
		idle(1);
	}
	if (wait_until(has_passed, &pass, patience_ns())) {
		printk("cpu %u: passed through its scheduler within %lu us\n", cpu,
		       (unsigned long)(arch_clock_ns() - start) / 1000);
	} else {
		printk("cpu %u: has not passed through its scheduler\n", cpu);
	}
}

static void run_crash(char *const argv[MAX_WORDS])
{
	const char *way = argv[2] != NULL ? argv[2] : "panic";
	unsigned int cpu = this_cpu()->cpu;

	if (argv[1] != NULL && strcmp(argv[1], "all") == 0) {
		if (argv[2] != NULL) {
			printk("crash all takes no arguments\n");
			return;
		}
		crash_all();
	}
	if (argv[1] == NULL || parse_cpu(argv[1], &cpu)) {
		printk("crash %u %s: %s\n", cpu, way, crash_cpu(cpu, way));
	}
}

const struct command commands[] = {
	{"cpus", "", "the CPUs, and how they are", 0, 0, run_cpus},
	{"ipi", "[cpu CPU|latency KIND|reset]", "what happened to every IPI", 0, 2, run_ipi},
	{"ping", "CPU|all [COUNT]", "round trips of an IPI", 1, 2, run_ping},
	{"call", "CPU|all", "run a function there, and wait for it", 1, 1, run_call},
	{"resched", "CPU", "make it pass through its scheduler", 1, 1, run_resched},
	{"cpu", "down|up CPU", "power it off, start it again", 2, 2, run_cpu},
	{"stop", "CPU", "park it by an IPI", 1, 1, run_stop},
	{"start", "CPU", "fetch it from where it is parked", 1, 1, run_start},
	{"backtrace", "CPU|all", "where it is", 1, 1, run_backtrace},
	{"stall", "CPU MS|Ns", "make it silent, and wait for it", 2, 2, run_stall},
	{"ps", "", "the threads", 0, 0, run_ps},
	{"top", "[SECONDS]", "what the CPUs and the busiest threads do", 0, 1, run_top},
	{"spawn", "N [PRIO] [sleep]", "threads that compute, or sleep", 1, 3, run_spawn},
	{"kill", "ID|all", "end what spawn made", 1, 1, run_kill},
	{"pin", "ID CPULIST", "let it run there only", 2, 2, run_pin},
	{"wake", "ID", "wake it, needed or not", 1, 1, run_wake},
	{"hackbench", "[GROUPS [FDS [LOOPS]]]", "messages between threads", 0, 3, run_hackbench},
	{"crash", "[CPU [HOW]|all]", "crash it: " CRASH_WAYS, 0, 2, run_crash},
	{0},
};
