/* SPDX-License-Identifier: MIT */
#include "kernel/selfcheck.h"

#include <crosscall/cpu.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/ledger.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck_ways.h"

/*
 * From here on a host with few processors would take long for each CPU, kind by kind: other kinds
 * than the basic ones go at once; and past the second, between every two CPUs goes one kind, all in
 * turn.
 */
#define MANY_CPUS 16U
#define VERY_MANY_CPUS 128U
#define MOST_WAYS 16U
/* The same for ways in which the sender waits, spinning. */
#define MANY_WAITERS 64U

/* What a sender is told, and tells. */
struct round {
	const struct way *ways;
	unsigned int nr_ways;
	bool in_turn; /* one of the ways to each target, not all */
	struct cpumask targets;
	unsigned long errors;
	uint64_t rings;
};

static bool goes(const struct round *round, unsigned int way, unsigned int sender, unsigned int cpu)
{
	return !round->in_turn || (sender + cpu) % round->nr_ways == way;
}

/* On the sender, interrupts masked. */
static void send_each(void *info)
{
	struct round *round = info;
	unsigned int cpu;

	for (unsigned int i = 0; i < round->nr_ways; i++) {
		const struct way *way = &round->ways[i];

		for_each_cpu(cpu, &round->targets) {
			/* A CPU that stops itself would be nobody's to fetch. */
			if ((cpu != this_cpu()->cpu || way->kind != IPI_CPU_STOP) &&
			    goes(round, i, this_cpu()->cpu, cpu)) {
				round->errors += way->send(cpu) != 0;
			}
		}
	}
}

static void send_at_once(void *info)
{
	struct round *round = info;
	uint64_t before = doorbell()->rings(this_cpu()->cpu);

	round->errors += smp_cross_call(&round->targets, IPI_PING, NULL) != 0;
	round->rings = doorbell()->rings(this_cpu()->cpu) - before;
}

static void expect_way(const struct way *way, unsigned int cpu, unsigned int sender)
{
	if (cpu == sender && !way->to_self) {
		return;
	}
	ledger_expect(cpu, way->kind);
	if (way->second != 0) {
		ledger_expect(cpu, way->second);
	}
}

/* Sends from 'sender' to round->targets, and settles. */
static void play_round(struct round *round, void (*send)(void *), unsigned int sender,
		       struct verdict *verdict)
{
	unsigned int cpu;

	for_each_cpu(cpu, &round->targets) {
		for (unsigned int i = 0; i < round->nr_ways; i++) {
			if (goes(round, i, sender, cpu)) {
				verdict->pairs++;
				expect_way(&round->ways[i], cpu, sender);
			}
		}
	}
	round->errors = smp_call_function_single(sender, send, round, true) != 0;
	/* With 'wait' the sender's stores came back: errors and rings are its own. */
	verdict->errors += round->errors;
	ledger_settle(verdict, sender);
}

/*
 * Each sender sends to all CPUs in two rounds, split by one bit of the target's number, another bit
 * for each sender. In one round to all, two targets swapped by the doorbell would not show; here
 * one of them hears in the wrong round.
 */
static void pairs_from(unsigned int sender, struct round *round, const struct cpumask *online,
		       struct verdict *verdict)
{
	unsigned int bits = 1;

	while (1U << bits < nr_numbered()) {
		bits++;
	}
	for (unsigned int half = 0; half < 2; half++) {
		unsigned int cpu;

		cpumask_clear(&round->targets);
		for_each_cpu(cpu, online) {
			if ((cpu >> sender % bits & 1) == half) {
				cpumask_set_cpu(cpu, &round->targets);
			}
		}
		play_round(round, send_each, sender, verdict);
	}
}

/* The round's ways in one go, between every two CPUs. */
static void check_pairs(const char *what, struct round *round)
{
	struct verdict verdict = {.what = what};
	struct cpumask online;
	unsigned int sender;

	cpumask_copy_online(&online);
	ledger_open();
	for_each_cpu(sender, &online) {
		pairs_from(sender, round, &online, &verdict);
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
}

static void check_each(const struct way *ways)
{
	for (; ways->what != NULL; ways++) {
		struct round round = {.ways = ways, .nr_ways = 1};

		check_pairs(ways->what, &round);
	}
}

/* From each CPU to the next one, in a circle. */
static void check_circle(const struct way *way)
{
	struct verdict verdict = {.what = way->what};
	struct cpumask online;
	unsigned int sender;

	cpumask_copy_online(&online);
	ledger_open();
	for_each_cpu(sender, &online) {
		unsigned int next = cpumask_next(sender, &online);
		struct round round = {.ways = way, .nr_ways = 1};

		next = next < CROSSCALL_NR_CPUS ? next : cpumask_first(&online);
		round.targets = cpumask_of(next);
		play_round(&round, send_each, sender, &verdict);
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
}

/* Each of these on its own, or for later. */
static void check_or_add(const struct way *ways, bool each, struct way *later, unsigned int *nr)
{
	if (each) {
		check_each(ways);
		return;
	}
	while (ways->what != NULL && *nr < MOST_WAYS) {
		later[(*nr)++] = *ways++;
	}
}

void selfcheck_pairs(void)
{
	struct way ways[MOST_WAYS];
	struct round rest = {.ways = ways, .in_turn = num_online_cpus() > VERY_MANY_CPUS};

	ways_init();
	check_or_add(basic_ways, !rest.in_turn, ways, &rest.nr_ways);
	check_or_add(more_ways, num_online_cpus() <= MANY_CPUS, ways, &rest.nr_ways);
	if (rest.nr_ways != 0) {
		check_pairs(rest.in_turn ? "all kinds in turn" : "all other kinds at once", &rest);
	}
	if (num_online_cpus() <= MANY_WAITERS) {
		check_each(waiting_ways);
		return;
	}
	for (const struct way *way = waiting_ways; way->what != NULL; way++) {
		check_circle(way);
	}
}

/* Each CPU to all others in one call: everybody hears it, and the doorbell is rung by masks. */
void selfcheck_broadcast(void)
{
	static const struct way way = {"broadcast", IPI_PING, 0, true, NULL};
	struct verdict verdict = {.what = way.what};
	struct cpumask online;
	uint64_t most = 0;
	unsigned int sender;

	cpumask_copy_online(&online);
	ledger_open();
	for_each_cpu(sender, &online) {
		struct round round = {.ways = &way, .nr_ways = 1, .targets = online};

		cpumask_clear_cpu(sender, &round.targets);
		play_round(&round, send_at_once, sender, &verdict);
		most = round.rings > most ? round.rings : most;
	}
	ledger_close(&verdict);
	verdict_print(&verdict);
	result_check(most <= doorbell_broadcast_rings(), "a broadcast took %lu rings, not %u",
		     (unsigned long)most, doorbell_broadcast_rings());
	printk("  %-24s %7lu at most, %u allowed\n", "rings a broadcast", (unsigned long)most,
	       doorbell_broadcast_rings());
}

static bool others_idle(void *unused)
{
	(void)unused;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct sched_stats stats = {0};

		if (cpu_online(cpu) && cpu != this_cpu()->cpu &&
		    (!sched_stats_read(cpu, &stats) || !stats.idle)) {
			return false;
		}
	}
	return true;
}

void selfcheck_await_idle(void)
{
	result_check(wait_until(others_idle, NULL, patience_ns()), "not every CPU gets idle");
}

/* With more virtual CPUs than this, threads wait minutes for real ones. */
#define MOST_FOR_THREADS 64U

static void check_threads(void)
{
	if (num_online_cpus() > MOST_FOR_THREADS) {
		printk("  %-24s not looked at with more than %u CPUs\n", "threads",
		       MOST_FOR_THREADS);
		return;
	}
	selfcheck_threads();
	selfcheck_programs();
	selfcheck_wakeups();
	selfcheck_spread();
	selfcheck_moves(false);
	selfcheck_sync();
	selfcheck_wait();
	selfcheck_preempted();
	selfcheck_turns();
	selfcheck_switch();
}

void selfcheck_all(void)
{
	printk("\nself-check on %u CPUs\n", num_online_cpus());
	selfcheck_pairs();
	selfcheck_broadcast();
	selfcheck_calls();
	selfcheck_late();
	selfcheck_idle();
	selfcheck_nmi();
	selfcheck_console();
	selfcheck_misuse();
	selfcheck_tlb();
	selfcheck_user();
	check_threads();
}
