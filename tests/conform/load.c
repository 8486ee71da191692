/* SPDX-License-Identifier: MIT */
/* Many callers at once. */
#include "tests/conform/suite.h"

#define ROUNDS 50
#define TREE_DEPTH 6
#define MAX_CALLERS 16

static struct tally tally;

/* On large machines a part of the CPUs takes part. */
static unsigned int nr_callers(void)
{
	return nr_cpus < MAX_CALLERS ? nr_cpus : MAX_CALLERS;
}

static bool is_caller(unsigned int cpu)
{
	for (unsigned int i = 1; i < nr_callers(); i++) {
		if (cpus[i] == cpu) {
			return true;
		}
	}
	return false;
}

/* Starts fn on all callers but the coordinator, which watches the time. */
static void run_callers(void (*fn)(void *), void *arg)
{
	for (unsigned int i = 1; i < nr_callers(); i++) {
		start_on(cpus[i], fn, arg);
	}
	for (unsigned int i = 1; i < nr_callers(); i++) {
		finish_on(cpus[i]);
	}
}

static void call_coordinator(void *arg)
{
	bool *wait = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		int err;

		while ((err = smp_call_function_single(COORDINATOR, tally_func, &tally, *wait)) ==
		       -EBUSY) {
			poll_turn("room for a call");
		}
		check_ret(err, 0, "one of many callers of one CPU");
		progress();
	}
}

static void test_many_to_one(void)
{
	struct cpumask mask = cpumask_of(COORDINATOR);
	uint64_t expected = (uint64_t)(nr_callers() - 1) * ROUNDS;

	for (unsigned int wait = 0; wait < 2; wait++) {
		bool waiting = wait == 1;

		tally_init(&tally, CROSSCALL_NR_CPUS);
		run_callers(call_coordinator, &waiting);
		wait_for(&tally.total, expected, "calls of many callers to one CPU");
		settle();
		tally_check(&tally, &mask, expected);
	}
}

static void call_everyone(void *arg)
{
	bool *wait = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		int err;

		while ((err = smp_call_function(tally_func, &tally, *wait)) == -EBUSY) {
			poll_turn("room for a broadcast");
		}
		check_ret(err, 0, "a broadcast among broadcasts");
		progress();
	}
}

static void test_all_to_all(void)
{
	uint64_t callers = nr_callers() - 1;

	for (unsigned int wait = 0; wait < 2; wait++) {
		bool waiting = wait == 1;

		tally_init(&tally, CROSSCALL_NR_CPUS);
		run_callers(call_everyone, &waiting);
		wait_for(&tally.total, callers * ROUNDS * (nr_cpus - 1),
			 "broadcasts from everywhere");
		settle();
		for (unsigned int i = 0; i < nr_cpus; i++) {
			uint64_t own = is_caller(cpus[i]) ? ROUNDS : 0;

			check_eq(tally.ran[cpus[i]], callers * ROUNDS - own,
				 "runs of broadcasts from everywhere");
		}
	}
}

/* Two CPUs that call each other and wait: each has to serve while it waits. */
static void call_partner(void *arg)
{
	unsigned int *partner = arg;

	for (unsigned int i = 0; i < ROUNDS * 4; i++) {
		check_ret(smp_call_function_single(*partner, tally_func, &tally, true), 0,
			  "a call to a CPU that calls this one");
		progress();
	}
}

static void test_mutual(void)
{
	unsigned int first = cpus[1];
	unsigned int second = cpus[2];

	tally_init(&tally, CROSSCALL_NR_CPUS);
	start_on(first, call_partner, &second);
	start_on(second, call_partner, &first);
	finish_on(first);
	finish_on(second);
	check_eq(tally.ran[first], ROUNDS * 4, "runs on the first of two partners");
	check_eq(tally.ran[second], ROUNDS * 4, "runs on the second of two partners");
}

static void flood_kinds(void *arg)
{
	unsigned int kind;

	(void)arg;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for_each_kind(kind) {
			check_ret(smp_cross_call(&cpu_set, kind, NULL), 0,
				  "one of many broadcasts");
		}
		progress();
	}
}

/* Kinds coalesce, so only the least and the most are known: once after the last send, never more
 * than sent. */
static void test_flood(void)
{
	static uint64_t before[CROSSCALL_NR_CPUS][NR_IPI];
	unsigned int kind;

	for (unsigned int i = 0; i < nr_cpus; i++) {
		for_each_kind(kind) {
			before[i][kind] = seen[cpus[i]][kind];
		}
	}
	run_callers(flood_kinds, NULL);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		for_each_kind(kind) {
			wait_for(&seen[cpus[i]][kind], before[i][kind] + 1,
				 "kinds from everywhere");
		}
	}
	settle();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		for_each_kind(kind) {
			check(seen[cpus[i]][kind] - before[i][kind] <=
				      (uint64_t)nr_callers() * ROUNDS,
			      "no more of a kind than were sent");
		}
	}
}

/* A binary tree of calls, made by the functions themselves. */
struct node {
	struct call_single_data csd;
	unsigned int index;
};

static struct node tree[1U << TREE_DEPTH];

static void grow(void *info)
{
	struct node *node = info;

	for (unsigned int child = 2 * node->index; child < 2 * node->index + 2; child++) {
		if (child < 1U << TREE_DEPTH) {
			check_ret(smp_call_function_single_async(cpus[child % nr_cpus],
								 &tree[child].csd),
				  0, "a call from a called function");
		}
	}
	tally_func(&tally);
}

static void test_tree(void)
{
	uint64_t nodes = (1U << TREE_DEPTH) - 1;

	for (unsigned int i = 1; i < 1U << TREE_DEPTH; i++) {
		tree[i].csd.func = grow;
		tree[i].csd.info = &tree[i];
		tree[i].index = i;
	}
	for (unsigned int round = 0; round < 10; round++) {
		tally_init(&tally, CROSSCALL_NR_CPUS);
		check_ret(smp_call_function_single_async(cpus[1 % nr_cpus], &tree[1].csd), 0,
			  "async");
		wait_for(&tally.total, nodes, "a tree of calls");
	}
	settle();
	check_eq(tally.total, nodes, "calls of a tree");
}

const struct conform_test conform_load_tests[] = {
	{"load: a function makes further calls", test_tree, 1},
	{"load: kinds from everywhere to everywhere", test_flood, 2},
	{"load: many callers, one target", test_many_to_one, 2},
	{"load: two CPUs call each other and wait", test_mutual, 3},
	{"load: broadcasts from everywhere, waiting and not", test_all_to_all, 2},
	{NULL, NULL, 0},
};
