/* SPDX-License-Identifier: MIT */
#include "kernel/bringup.h"

#include <stdio.h>

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/params.h"
#include "kernel/result.h"
#include "kernel/secondary.h"

#define NEXT_NS 1000000000ULL

/*
 * Acquire, paired with the release in set_state(): what the CPU noted before comes with its state.
 */
static uint32_t state_of(const struct percpu *cpu)
{
	return atomic_load_explicit(&cpu->state, memory_order_acquire);
}

static bool has_arrived(void *arg)
{
	return state_of(arg) != CPU_STARTING;
}

static void start_cpu(struct percpu *cpu)
{
	cpu->start_ns = arch_clock_ns();
	/* Relaxed: arch_cpu_start() orders what comes before it. */
	atomic_store_explicit(&cpu->state, CPU_STARTING, memory_order_relaxed);
	if (!arch_cpu_start(cpu)) {
		atomic_store_explicit(&cpu->state, CPU_ABANDONED, memory_order_relaxed);
	}
	/* One after the other where that goes quickly; a slow one must not hold up the rest. */
	wait_until(has_arrived, cpu, NEXT_NS);
}

static void abandon(struct percpu *cpu)
{
	uint32_t state = CPU_STARTING;

	/* Its own move from STARTING decides against this one: it runs, or it never will. */
	if (atomic_compare_exchange_strong_explicit(&cpu->state, &state, CPU_ABANDONED,
						    memory_order_acquire, memory_order_acquire)) {
		snprintf(cpu->refusal, sizeof(cpu->refusal), "did not arrive within %u s",
			 params.patience);
	}
}

static bool nobody_on_the_way(void *arg)
{
	(void)arg;
	for (unsigned int cpu = 0; cpu < doorbell_max_cpus(); cpu++) {
		uint32_t state = state_of(cpu_data(cpu));

		if (state == CPU_STARTING || state == CPU_ARRIVED) {
			return false;
		}
	}
	return true;
}

/* The CPUs of park= that have not parked yet. Read by them, written before they start. */
static struct cpumask to_park;

bool bringup_is_to_park(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &to_park) && !cpu_data(cpu)->introduced;
}

/* Gives up over a list that cannot be meant. */
static void read_park_list(void)
{
	struct cpumask possible;

	if (params.park == NULL) {
		return;
	}
	cpumask_set_below(&possible, nr_numbered());
	cpumask_clear_cpu(0, &possible);
	if (cpumask_parse_list(params.park, &to_park) != 0 ||
	    !cpumask_subset(&to_park, &possible)) {
		printk("crosscall: park=%s: not a list of CPUs from 1 to %u\n", params.park,
		       nr_numbered() - 1);
		give_up("the command line cannot be used");
	}
}

void bringup_start(void)
{
	read_park_list();
	secondary_go_online();
	if (doorbell_max_cpus() < nr_numbered()) {
		printk("crosscall: doorbell %s serves only %u CPUs, the other %u are left out\n",
		       doorbell()->name, doorbell_max_cpus(), nr_numbered() - doorbell_max_cpus());
	}
	for (unsigned int cpu = 1; cpu < doorbell_max_cpus(); cpu++) {
		start_cpu(cpu_data(cpu));
	}
	if (!wait_until(nobody_on_the_way, NULL, patience_ns())) {
		for (unsigned int cpu = 1; cpu < doorbell_max_cpus(); cpu++) {
			abandon(cpu_data(cpu));
		}
	}
}

static bool all_tested(void *arg)
{
	(void)arg;
	for (unsigned int cpu = 0; cpu < doorbell_max_cpus(); cpu++) {
		if (state_of(cpu_data(cpu)) == CPU_LISTENING) {
			return false;
		}
	}
	return true;
}

static const char *what_went_wrong(const struct percpu *cpu)
{
	switch (state_of(cpu)) {
	case CPU_ABANDONED:
		return cpu->refusal;
	case CPU_BROKEN:
		return "its doorbell cannot be set up";
	case CPU_DEAF:
		return "does not hear its own doorbell";
	case CPU_LISTENING:
		return "was not released by an IPI";
	default:
		return "stuck on its way up";
	}
}

static bool is_tested(void *arg)
{
	uint32_t state = state_of(arg);

	return state > CPU_ARRIVED && state != CPU_LISTENING;
}

const char *bringup_again(struct percpu *cpu)
{
	start_cpu(cpu);
	if (state_of(cpu) != CPU_ABANDONED) {
		wait_until(is_tested, cpu, patience_ns());
		abandon(cpu); /* should it still come: the caller is told that it did not */
	}
	return state_of(cpu) == CPU_RUNNING ? NULL : what_went_wrong(cpu);
}

static void name_if_missing(const struct percpu *cpu)
{
	uint32_t state = state_of(cpu);

	result_check(state == CPU_RUNNING || state == CPU_PARKED, "cpu %u: %s %lu: %s, left out",
		     cpu->cpu, arch_hwid_name, (unsigned long)cpu->hwid.id, what_went_wrong(cpu));
}

void bringup_release(void)
{
	secondary_release();
	wait_until(all_tested, NULL, patience_ns());
	for (unsigned int cpu = 0; cpu < doorbell_max_cpus(); cpu++) {
		name_if_missing(cpu_data(cpu));
	}
	result_set_cpus(num_online_cpus());
}
