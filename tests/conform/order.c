/* SPDX-License-Identifier: MIT */
/* First in, first out: for each sender and target, over all call forms mixed. */
#include "tests/conform/suite.h"

#define MAX_SENDERS 8
#define MAX_TARGETS 8
#define CALLS 240
#define REQUESTS 24

/* One call that was made. 'serial' grows with each call of its sender. */
struct item {
	struct call_single_data csd;
	unsigned int sender;
	uint64_t serial;
};

struct sender {
	struct item items[CALLS];
	uint64_t sent[CROSSCALL_NR_CPUS];
	struct cpumask targets;
	uint64_t random;
};

static struct sender senders[MAX_SENDERS];

/* The last serial that ran on a target, by sender: written by the target only. */
static struct {
	_Alignas(CROSSCALL_CACHE_LINE) uint64_t last[MAX_SENDERS];
	_Atomic uint64_t ran[MAX_SENDERS];
} arrivals[CROSSCALL_NR_CPUS];

static void arrive(void *info)
{
	struct item *item = info;
	unsigned int cpu = port_smp_processor_id();
	uint64_t *last = &arrivals[cpu].last[item->sender];

	check(item->serial > *last, "calls of one sender run in the order they were made");
	*last = item->serial;
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&arrivals[cpu].ran[item->sender], 1, memory_order_release);
}

/* Makes one call in a random form; -EBUSY comes back as it is. */
static int call_somehow(struct sender *s, struct item *item, unsigned int target, bool *all)
{
	unsigned int form = (unsigned int)(random_next(&s->random) % 5);

	*all = false;
	switch (form) {
	case 0:
		return smp_call_function_single(target, arrive, item, true);
	case 1:
		return smp_call_function_single_async(target, &item->csd);
	case 2:
		*all = true;
		return smp_call_function_many(&s->targets, arrive, item, false);
	case 3:
		*all = true;
		return smp_call_function_many(&s->targets, arrive, item, true);
	default:
		return smp_call_function_single(target, arrive, item, false);
	}
}

static void make_calls(void *arg)
{
	struct sender *s = arg;
	unsigned int cpu;

	for (unsigned int i = 0; i < CALLS; i++) {
		struct item *item = &s->items[i];
		uint64_t pick = random_next(&s->random) % cpumask_weight(&s->targets);
		unsigned int target = cpumask_first(&s->targets);
		bool all;

		while (pick-- > 0) {
			target = cpumask_next(target, &s->targets);
		}
		item->csd.func = arrive;
		item->csd.info = item;
		item->sender = (unsigned int)(s - senders);
		item->serial = i + 1;
		int err = call_somehow(s, item, target, &all);

		while (err == -EBUSY) {
			poll_turn("room for a call");
			err = call_somehow(s, item, target, &all);
		}
		check_ret(err, 0, "a call");
		progress();
		for_each_cpu(cpu, &s->targets) {
			s->sent[cpu] += all || cpu == target;
		}
	}
}

static void prepare(struct sender *s, unsigned int self, unsigned int stream)
{
	unsigned int nr = 0;

	cpumask_clear(&s->targets);
	for (unsigned int i = 0; i < nr_cpus && nr < MAX_TARGETS; i++) {
		if (cpus[i] != self) {
			cpumask_set_cpu(cpus[i], &s->targets);
			nr++;
		}
	}
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		s->sent[cpu] = 0;
		arrivals[cpu].last[s - senders] = 0;
		atomic_store_explicit(&arrivals[cpu].ran[s - senders], 0, memory_order_relaxed);
	}
	s->random = random_seed(stream);
}

static void verify(const struct sender *s)
{
	unsigned int cpu;

	for_each_cpu(cpu, &s->targets) {
		wait_for(&arrivals[cpu].ran[s - senders], s->sent[cpu], "ordered calls");
	}
	settle();
	for_each_cpu(cpu, &s->targets) {
		check_eq(arrivals[cpu].ran[s - senders], s->sent[cpu], "ordered calls that ran");
	}
}

static void test_one_sender(void)
{
	struct sender *s = &senders[0];

	for (unsigned int round = 0; round < 3; round++) {
		prepare(s, cpus[1], 10 + round);
		run_on(cpus[1], make_calls, s);
		verify(s);
	}
}

static void test_all_senders(void)
{
	/* The coordinator only receives: a call that never returns is noticed there. */
	unsigned int nr = nr_cpus - 1 < MAX_SENDERS ? nr_cpus - 1 : MAX_SENDERS;

	for (unsigned int i = 0; i < nr; i++) {
		prepare(&senders[i], cpus[i + 1], 20 + i);
	}
	for (unsigned int i = 0; i < nr; i++) {
		start_on(cpus[i + 1], make_calls, &senders[i]);
	}
	for (unsigned int i = 0; i < nr; i++) {
		finish_on(cpus[i + 1]);
	}
	for (unsigned int i = 0; i < nr; i++) {
		verify(&senders[i]);
	}
}

/* To a CPU with masked interrupts, so that all of them are in the queue at once. */
static void test_held(void)
{
	struct sender *s = &senders[0];
	unsigned int target = cpus[1];

	prepare(s, COORDINATOR, 30);
	hold(target);
	for (unsigned int i = 0; i < REQUESTS; i++) {
		struct item *item = &s->items[i];

		item->csd.func = arrive;
		item->csd.info = item;
		item->sender = 0;
		item->serial = i + 1;
		check_ret(i % 2 == 0 ? smp_call_function_single_async(target, &item->csd)
				     : smp_call_function_single(target, arrive, item, false),
			  0, "a call to a CPU with masked interrupts");
	}
	unhold(target);
	wait_for(&arrivals[target].ran[0], REQUESTS, "ordered calls");
	settle();
	check_eq(arrivals[target].ran[0], REQUESTS, "ordered calls that ran");
}

const struct conform_test conform_order_tests[] = {
	{"order: first in, first out through a full queue", test_held, 2},
	{"order: one sender, all call forms", test_one_sender, 2},
	{"order: many senders, all call forms", test_all_senders, 2},
	{NULL, NULL, 0},
};
