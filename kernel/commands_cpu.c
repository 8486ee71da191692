/* SPDX-License-Identifier: MIT */
/* Commands that take CPUs away, bring them back, or make them silent. */
#include <string.h>

#include <crosscall/crosscall.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/backtrace.h"
#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/params.h"

#define MS_NS 1000000ULL
#define LONGEST_STALL_MS 20000U
#define FETCHED "fetched from its mailbox"

/* Runs one of hotplug.h's, and says how it went: 'done', or 'parked' when it was by the mailbox. */
static void change_cpu(const char *word, const char *(*change)(unsigned int cpu), const char *done,
		       const char *parked)
{
	unsigned int cpu;
	uint64_t start = arch_clock_ns();

	if (!parse_any_cpu(word, &cpu)) {
		return;
	}
	bool was_parked = smp_is_parked(cpu);
	const char *why = change(cpu);

	if (why != NULL) {
		printk("cpu %u: %s\n", cpu, why);
	} else {
		printk("cpu %u: %s after %lu us; online now: %u\n", cpu,
		       was_parked || smp_is_parked(cpu) ? parked : done,
		       (unsigned long)(arch_clock_ns() - start) / 1000, num_online_cpus());
	}
}

void run_cpu(char *const argv[MAX_WORDS])
{
	if (strcmp(argv[1], "down") == 0) {
		change_cpu(argv[2], cpu_down, "off, says the firmware,",
			   "parked, as its firmware could not start it again,");
	} else if (strcmp(argv[1], "up") == 0) {
		change_cpu(argv[2], cpu_up, "up", FETCHED);
	} else {
		printk("%s: neither down nor up\n", argv[1]);
	}
}

void run_stop(char *const argv[MAX_WORDS])
{
	change_cpu(argv[1], cpu_stop_one, "stopped", "stopped");
}

void run_start(char *const argv[MAX_WORDS])
{
	change_cpu(argv[1], cpu_restart, FETCHED, FETCHED);
}

/* Waiting for a CPU to keep where it is. */
struct shown {
	unsigned int cpu;
	uint64_t asked_ns;
	struct whereabouts where;
};

static bool has_kept(void *arg)
{
	struct shown *shown = arg;

	return whereabouts_read(shown->cpu, &shown->where) && shown->where.ns >= shown->asked_ns;
}

static void show_cpu(unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);
	struct shown shown = {.cpu = cpu, .asked_ns = arch_clock_ns()};
	int error = smp_cross_call(&mask, IPI_CPU_BACKTRACE, NULL);

	if (error != 0) {
		printk("cpu %u: error %d\n", cpu, error);
	} else if (wait_until(has_kept, &shown, patience_ns())) {
		whereabouts_print(cpu);
	} else {
		printk("cpu %u: does not answer\n", cpu);
	}
}

void run_backtrace(char *const argv[MAX_WORDS])
{
	struct cpumask mask;
	unsigned int cpu;

	if (!parse_cpus(argv[1], &mask)) {
		return;
	}
	for_each_cpu(cpu, &mask) {
		show_cpu(cpu);
	}
}

/* Keeps interrupts masked for so long: to everybody else the CPU is silent. */
static void be_silent(void *info)
{
	uint64_t start = arch_clock_ns();
	uint64_t ns = *(const unsigned int *)info * MS_NS;

	while (arch_clock_ns() - start < ns) {
		cpu_relax();
	}
}

static void nothing(void *info)
{
	(void)info;
}

/* "1500" is milliseconds, "3s" is seconds. */
static bool parse_time(const char *word, unsigned int *ms)
{
	char digits[8];
	size_t length = strlen(word);

	if (length < 2 || length > sizeof(digits) || word[length - 1] != 's') {
		return parse_number(word, 1, LONGEST_STALL_MS, ms);
	}
	memcpy(digits, word, length - 1);
	digits[length - 1] = '\0';
	if (!parse_number(digits, 1, LONGEST_STALL_MS / 1000, ms)) {
		return false;
	}
	*ms *= 1000;
	return true;
}

void run_stall(char *const argv[MAX_WORDS])
{
	static unsigned int ms;
	unsigned int cpu;

	if (!parse_cpu(argv[1], &cpu)) {
		return;
	}
	if (cpu == this_cpu()->cpu) {
		printk("%s: this CPU would wait for itself\n", argv[1]);
		return;
	}
	if (!parse_time(argv[2], &ms)) {
		printk("%s: not a number of milliseconds from 1 to %u, or of seconds as in 3s\n",
		       argv[2], LONGEST_STALL_MS);
		return;
	}
	smp_set_stall_timeout(ms / 3 + 1);
	int error = smp_call_function_single(cpu, be_silent, &ms, false);

	if (error == 0) {
		error = smp_call_function_single_timeout(cpu, nothing, NULL, ms * MS_NS / 2);
		printk("cpu %u: a call with a deadline of half that returned %d%s\n", cpu, error,
		       error == -ETIMEDOUT ? " (-ETIMEDOUT)" : "");
		error = smp_call_function_single(cpu, nothing, NULL, true);
	}
	smp_set_stall_timeout(CROSSCALL_STALL_MS);
	printk("cpu %u: a call without one returned %d\n", cpu, error);
}
