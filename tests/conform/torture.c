/* SPDX-License-Identifier: MIT */
/*
 * A random mix of everything from every CPU, with functions that burn up to 255 us. Counted errors:
 * a function on the wrong CPU, a store before the call that it did not see, a store of its own that
 * a waiting caller did not see, a run too many or too few.
 */
#include "tests/conform/suite.h"

#define USUAL_ROUNDS 60
#define MAX_CALLERS 16
#define SLOTS 8
#define COOKIE UINT64_C(0xc001d00d)

/* What one CPU did to another, as the receiver counts it. */
struct call {
	struct call_single_data csd;
	uint64_t before;	  /* plain: stored before the call */
	uint64_t after;		  /* plain: stored by the function, read by a waiting caller */
	_Atomic uint64_t pending; /* runs to come */
	unsigned int target;	  /* CROSSCALL_NR_CPUS: any */
	unsigned int burn;
};

struct caller {
	_Alignas(CROSSCALL_CACHE_LINE) struct call slots[SLOTS];
	struct call waiting;
	uint64_t random;
	uint64_t serial;
	uint64_t accepted; /* runs that the library owes */
	uint64_t busy;
};

static struct caller callers[MAX_CALLERS];
static _Atomic uint64_t runs;
static unsigned int rounds;

static void run_here(struct call *call)
{
	unsigned int cpu = port_smp_processor_id();

	check(call->target == CROSSCALL_NR_CPUS || call->target == cpu, "torture: wrong CPU");
	check(irqs_masked(), "torture: interrupts masked in a called function");
	check_eq(call->before >> 32, COOKIE, "torture: store before the call not seen");
	burn_us(call->burn);
}

static void ended(struct call *call)
{
	atomic_fetch_add_explicit(&runs, 1, memory_order_release);
	/* release: pairs with the acquire in free_slot() */
	check(atomic_fetch_sub_explicit(&call->pending, 1, memory_order_acq_rel) != 0,
	      "torture: ran once too often");
}

static void run_one(void *info)
{
	struct call *call = info;

	run_here(call);
	call->after = call->before + 1;
	ended(call);
}

static void run_many(void *info)
{
	run_here(info);
	ended(info);
}

static struct call *free_slot(struct caller *c)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		struct call *call = &c->slots[i];

		/* acquire: pairs with the release in ended() */
		if (atomic_load_explicit(&call->pending, memory_order_acquire) == 0 &&
		    !csd_is_busy(&call->csd)) {
			return call;
		}
	}
	return NULL;
}

static void prepare(struct caller *c, struct call *call, unsigned int target, uint64_t nr_runs)
{
	call->target = target;
	call->before = COOKIE << 32 | ++c->serial;
	call->after = 0;
	call->burn = (random_next(&c->random) & 7) == 0
			     ? (unsigned int)random_next(&c->random) & 255
			     : 0;
	atomic_store_explicit(&call->pending, nr_runs, memory_order_relaxed);
}

static void account(struct caller *c, struct call *call, int err, uint64_t nr_runs)
{
	if (err == 0) {
		c->accepted += nr_runs;
		return;
	}
	check_ret(err, -EBUSY, "torture: a call");
	c->busy++;
	atomic_store_explicit(&call->pending, 0, memory_order_relaxed);
}

static void one_waiting(struct caller *c, unsigned int target)
{
	struct call *call = &c->waiting;

	prepare(c, call, target, 1);
	account(c, call, smp_call_function_single(target, run_one, call, true), 1);
	check_eq(call->after, call->before + 1,
		 "torture: store of the function not seen after waiting");
}

static void many_waiting(struct caller *c, bool self)
{
	struct call *call = &c->waiting;
	uint64_t nr_runs = self ? nr_cpus : nr_cpus - 1;

	prepare(c, call, CROSSCALL_NR_CPUS, nr_runs);
	account(c, call,
		self ? on_each_cpu(run_many, call, true) : smp_call_function(run_many, call, true),
		nr_runs);
	check_eq(atomic_load_explicit(&call->pending, memory_order_acquire), 0,
		 "torture: runs missing after a waiting call");
}

static void one(struct caller *c, unsigned int target, bool async)
{
	struct call *call = free_slot(c);

	if (call == NULL) {
		return;
	}
	prepare(c, call, target, 1);
	call->csd.func = run_one;
	call->csd.info = call;
	account(c, call,
		async ? smp_call_function_single_async(target, &call->csd)
		      : smp_call_function_single(target, run_one, call, false),
		1);
}

static void many(struct caller *c)
{
	struct call *call = free_slot(c);
	struct cpumask mask;

	if (call == NULL) {
		return;
	}
	random_mask(&mask, &c->random);
	uint64_t nr_runs = cpumask_weight(&mask);

	prepare(c, call, CROSSCALL_NR_CPUS, nr_runs);
	account(c, call, on_each_cpu_mask(&mask, run_many, call, false), nr_runs);
}

static void one_round(struct caller *c)
{
	unsigned int target = cpus[random_next(&c->random) % nr_cpus];
	struct cpumask mask;

	switch (random_next(&c->random) % 16) {
	case 0:
		many_waiting(c, false);
		break;
	case 1:
		many_waiting(c, true);
		break;
	case 2:
	case 3:
	case 4:
		one_waiting(c, target);
		break;
	case 5:
	case 6:
		many(c);
		break;
	case 7:
	case 8:
		check_ret(resched_cpu(target), 0, "torture: resched_cpu()");
		break;
	case 9:
		random_mask(&mask, &c->random);
		check_ret(smp_cross_call(&mask, IPI_RESCHEDULE, NULL), 0,
			  "torture: smp_cross_call()");
		break;
	case 10:
	case 11:
	case 12:
		one(c, target, true);
		break;
	default:
		one(c, target, false);
		break;
	}
}

static void torture(void *arg)
{
	struct caller *c = arg;

	for (unsigned int i = 0; i < rounds; i++) {
		one_round(c);
		progress();
	}
	(void)test_and_clear_need_resched();
}

static void test_torture(void)
{
	/* The coordinator takes no part but as a target: it watches the time. */
	unsigned int nr = nr_cpus - 1 < MAX_CALLERS ? nr_cpus - 1 : MAX_CALLERS;
	uint64_t accepted = 0;
	uint64_t busy = 0;

	rounds = options.torture != 0 ? options.torture : USUAL_ROUNDS;
	atomic_store_explicit(&runs, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < nr; i++) {
		callers[i].random = random_seed(1000 + i);
		callers[i].accepted = 0;
		callers[i].busy = 0;
		start_on(cpus[i + 1], torture, &callers[i]);
	}
	for (unsigned int i = 0; i < nr; i++) {
		finish_on(cpus[i + 1]);
		accepted += callers[i].accepted;
		busy += callers[i].busy;
	}
	wait_for(&runs, accepted, "torture: runs missing");
	settle();
	check_eq(runs, accepted, "torture: accepted calls, and runs of them");
	(void)test_and_clear_need_resched();
	say("# torture: %llu runs, %llu refused with -EBUSY, seed %llu",
	    (unsigned long long)accepted, (unsigned long long)busy,
	    (unsigned long long)options.seed);
}

const struct conform_test conform_torture_tests[] = {
	{"torture: a random mix from every CPU", test_torture, 2},
	{NULL, NULL, 0},
};
