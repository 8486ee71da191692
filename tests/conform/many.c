/* SPDX-License-Identifier: MIT */
/* Calls to sets of CPUs. */
#include "tests/conform/suite.h"

/* On larger machines fewer CPUs call, and less often. */
#define MAX_SENDERS 16

static struct tally tally;

/* The four functions, as one. */
enum form {
	MANY,
	ALL_OTHERS,
	EACH_MASK,
	EACH,
	NR_FORMS,
};

static const char *const form_names[NR_FORMS] = {
	"smp_call_function_many()",
	"smp_call_function()",
	"on_each_cpu_mask()",
	"on_each_cpu()",
};

static int call(enum form form, const struct cpumask *mask, bool wait)
{
	switch (form) {
	case MANY:
		return smp_call_function_many(mask, tally_func, &tally, wait);
	case ALL_OTHERS:
		return smp_call_function(tally_func, &tally, wait);
	case EACH_MASK:
		return on_each_cpu_mask(mask, tally_func, &tally, wait);
	default:
		return on_each_cpu(tally_func, &tally, wait);
	}
}

/* The CPUs that have to run it. */
static void asked(enum form form, const struct cpumask *mask, struct cpumask *expected)
{
	*expected = form == MANY || form == EACH_MASK ? *mask : cpu_set;
	if (form == MANY || form == ALL_OTHERS) {
		cpumask_clear_cpu(port_smp_processor_id(), expected);
	}
}

static void try_call(enum form form, const struct cpumask *mask, bool wait)
{
	unsigned int self = port_smp_processor_id();
	struct cpumask expected;

	asked(form, mask, &expected);
	tally_init(&tally, self);
	check_ret(call(form, mask, wait), 0, form_names[form]);
	if (wait) {
		tally_check(&tally, &expected, 1);
	} else {
		check_eq(tally.ran[self], cpumask_test_cpu(self, &expected),
			 "the own share has run when the call returns");
	}
	wait_for(&tally.total, cpumask_weight(&expected), form_names[form]);
	tally_check(&tally, &expected, 1);
}

static void all_forms(void *arg)
{
	uint64_t *state = arg;

	for (enum form form = 0; form < NR_FORMS; form++) {
		struct cpumask mask;

		random_mask(&mask, state);
		try_call(form, &mask, false);
		random_mask(&mask, state);
		try_call(form, &mask, true);
		try_call(form, &cpu_set, false);
		try_call(form, &cpu_set, true);
	}
}

static void test_forms(void)
{
	uint64_t state = random_seed(2);
	bool small = nr_cpus <= MAX_SENDERS;
	unsigned int step = small ? 1 : nr_cpus / 4;

	for (unsigned int i = 0; i < nr_cpus; i += step) {
		for (unsigned int round = 0; round < (small ? 4 : 1); round++) {
			run_on(cpus[i], all_forms, &state);
		}
	}
	settle();
	check_eq(tally.total, nr_cpus, "runs of the last call, a while later");
}

static void test_empty(void)
{
	struct cpumask empty = {{0}};
	struct cpumask self = cpumask_of(COORDINATOR);
	unsigned long state = port_local_irq_save();

	tally_init(&tally, COORDINATOR);
	check_ret(smp_call_function_many(&empty, tally_func, &tally, false), 0, "the empty set");
	check_ret(smp_call_function_many(&empty, tally_func, &tally, true), 0,
		  "the empty set, waiting with interrupts masked");
	check_ret(smp_call_function_many(&self, tally_func, &tally, true), 0,
		  "only this CPU, which is left out");
	check_eq(tally.total, 0, "runs for sets without another CPU");
	check_ret(on_each_cpu_mask(&self, tally_func, &tally, true), 0,
		  "only this CPU, waiting with interrupts masked");
	check_eq(tally.total, 1, "runs for the set of this CPU");
	check(irqs_masked(), "interrupts stay masked");
	port_local_irq_restore(state);
	check(!irqs_masked(), "interrupts stay enabled");
}

/* Plain memory: written by each CPU's function, read after the waiting call. */
static struct {
	_Alignas(CROSSCALL_CACHE_LINE) uint64_t value;
} results[CROSSCALL_NR_CPUS];
static uint64_t input;

static void compute(void *info)
{
	(void)info;
	results[port_smp_processor_id()].value = input + port_smp_processor_id();
}

static void test_stores(void)
{
	for (uint64_t round = 1; round <= 50; round++) {
		input = round * 1000;
		check_ret(on_each_cpu(compute, NULL, true), 0, "on_each_cpu() waiting");
		for (unsigned int i = 0; i < nr_cpus; i++) {
			check_eq(results[cpus[i]].value, input + cpus[i],
				 "stores of each CPU's function after a waiting call");
		}
	}
}

const struct conform_test conform_many_tests[] = {
	{"many: every form, waiting and not, from each CPU", test_forms, 1},
	{"many: the empty set and this CPU alone", test_empty, 1},
	{"many: stores before the call and of each function are visible", test_stores, 1},
	{NULL, NULL, 0},
};
