/* SPDX-License-Identifier: MIT */
#include "kernel/churn.h"

#include <crosscall/crosscall.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/params.h"
#include "kernel/result.h"

/* A CPU makes some calls, then pauses: many virtual CPUs share few real ones. */
#define BURST 16U
#define PAUSE_NS 100000ULL
#define SETTLE_NS 50000000ULL

/* Counts are relaxed: they are compared only once everything is quiet. */
static atomic_bool load_on;
static _Atomic uint64_t accepted[CROSSCALL_NR_CPUS]; /* by the target; any CPU adds */
static percpu_count_t executed[CROSSCALL_NR_CPUS];   /* by the CPU it ran on */
static percpu_count_t refused[CROSSCALL_NR_CPUS];    /* by the caller, and so on */
static percpu_count_t misplaced[CROSSCALL_NR_CPUS];
static percpu_count_t odd[CROSSCALL_NR_CPUS];
static atomic_bool busy[CROSSCALL_NR_CPUS]; /* is making calls */

/* What the boot CPU does to the others. */
static struct {
	struct cpumask all; /* that take part */
	uint64_t random;
	unsigned long downs;
	unsigned long stops;
	unsigned long off_runs; /* calls that ran on a CPU that was off */
	uint64_t before[CROSSCALL_NR_CPUS];
} plan;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t seed_of(unsigned int cpu)
{
	return (params.seed + 1ULL) * 0x9e3779b97f4a7c15ULL + cpu;
}

static void run_here(void *info)
{
	unsigned int cpu = this_cpu()->cpu;

	percpu_count(&executed[cpu]);
	if (info != &accepted[cpu]) {
		percpu_count(&misplaced[cpu]);
	}
}

/* Calls any CPU, this one and those that are off included. */
static void call_somebody(uint64_t *random)
{
	uint64_t dice = next_random(random);
	unsigned int cpu = (unsigned int)(dice >> 8) % nr_cpu_ids();
	int error = smp_call_function_single(cpu, run_here, &accepted[cpu], (dice & 1) != 0);
	unsigned long state = local_irq_save();

	if (error == 0) {
		atomic_fetch_add_explicit(&accepted[cpu], 1, memory_order_relaxed);
	} else if (error == -ENXIO) {
		percpu_count(&refused[this_cpu()->cpu]);
	} else if (error != -EBUSY) {
		percpu_count(&odd[this_cpu()->cpu]);
	}
	local_irq_restore(state);
}

bool churn_turn(void)
{
	static uint64_t randoms[CROSSCALL_NR_CPUS];
	uint64_t *random = &randoms[this_cpu()->cpu];

	if (!atomic_load_explicit(&load_on, memory_order_relaxed)) {
		return false;
	}
	if (*random == 0) {
		*random = seed_of(this_cpu()->cpu);
	}
	/* seq_cst: settle() sees this CPU busy, or this CPU sees that the load is off. */
	atomic_store(&busy[this_cpu()->cpu], true);
	for (unsigned int i = 0; i < BURST && atomic_load(&load_on); i++) {
		call_somebody(random);
	}
	/* Release, paired with the load in nobody_busy(): what was counted comes with it. */
	atomic_store_explicit(&busy[this_cpu()->cpu], false, memory_order_release);
	idle(PAUSE_NS);
	return true;
}

static bool worked(unsigned int cpu, const char *why)
{
	return result_check(why == NULL, "hotplug, cpu %u: %s", cpu, why);
}

static bool take_away(unsigned int cpu, bool stop)
{
	const char *why = stop ? cpu_stop_one(cpu) : cpu_down(cpu);

	if (stop) {
		plan.stops++;
	} else {
		plan.downs++;
	}
	plan.before[cpu] = percpu_read(&executed[cpu]);
	return worked(cpu, why);
}

static bool bring_back(unsigned int cpu)
{
	plan.off_runs += percpu_read(&executed[cpu]) - plan.before[cpu];
	return worked(cpu, smp_is_parked(cpu) ? cpu_restart(cpu) : cpu_up(cpu));
}

/* One random change, and a call from here. False: a CPU did not do what it was told. */
static bool change_somebody(void)
{
	uint64_t dice = next_random(&plan.random);
	unsigned int cpu = 1 + (unsigned int)(dice >> 8) % (nr_cpu_ids() - 1);

	call_somebody(&plan.random);
	if (!cpumask_test_cpu(cpu, &plan.all)) {
		return true;
	}
	return cpu_online(cpu) ? take_away(cpu, (dice & 1) != 0) : bring_back(cpu);
}

static void bring_all_back(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &plan.all) {
		if (!cpu_online(cpu)) {
			(void)bring_back(cpu);
		}
	}
}

struct sums {
	uint64_t accepted;
	uint64_t executed;
	uint64_t refused;
	uint64_t wrong; /* misplaced, lost, run twice, or an error that there should not be */
};

static void add_up(struct sums *sums)
{
	*sums = (struct sums){0};
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		uint64_t want = atomic_load_explicit(&accepted[cpu], memory_order_relaxed);
		uint64_t came = percpu_read(&executed[cpu]);

		sums->accepted += want;
		sums->executed += came;
		sums->refused += percpu_read(&refused[cpu]);
		sums->wrong += want > came ? want - came : came - want;
		sums->wrong += percpu_read(&misplaced[cpu]) + percpu_read(&odd[cpu]);
	}
}

static bool all_ran(void *arg)
{
	struct sums *sums = arg;

	add_up(sums);
	return sums->accepted == sums->executed;
}

static bool nobody_busy(void *arg)
{
	(void)arg;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		/* seq_cst: see churn_turn() */
		if (atomic_load(&busy[cpu])) {
			return false;
		}
	}
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void settle(struct sums *sums)
{
	atomic_store(&load_on, false); /* seq_cst: see churn_turn() */
	(void)result_check(wait_until(nobody_busy, NULL, patience_ns()),
			   "hotplug: a call does not return");
	wait_until(all_ran, sums, patience_ns());
	wait_until(never, NULL, SETTLE_NS);
	add_up(sums);
}

void churn(unsigned int times)
{
	struct sums sums;
	bool good = true;

	cpumask_copy_online(&plan.all);
	cpumask_clear_cpu(0, &plan.all);
	if (!result_check(!cpumask_empty(&plan.all), "hotplug=%u: there is no other CPU", times)) {
		return;
	}
	plan.random = seed_of(0);
	atomic_store_explicit(&load_on, true, memory_order_relaxed);
	crosscall_ignore(smp_cross_call(&plan.all, IPI_RESCHEDULE, NULL)); /* out of their sleep */
	while (good && plan.downs + plan.stops < times) {
		good = change_somebody();
	}
	bring_all_back();
	settle(&sums);
	printk("  %-24s %lu down and up, %lu stop and start, seed %u: %lu calls accepted, %lu "
	       "executed, %lu refused, %lu ran on a CPU that was off\n",
	       "hotplug", plan.downs, plan.stops, params.seed, (unsigned long)sums.accepted,
	       (unsigned long)sums.executed, (unsigned long)sums.refused, plan.off_runs);
	result_check(sums.wrong == 0 && plan.off_runs == 0,
		     "hotplug: %lu calls lost, doubled, misplaced or failed",
		     (unsigned long)sums.wrong);
}
