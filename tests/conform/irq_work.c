/* SPDX-License-Identifier: MIT */
/* irq_work: from threads, from handlers, here and elsewhere, urgent and lazy. */
#include "tests/conform/suite.h"

struct counted_work {
	struct irq_work work; /* first: the callback finds the rest from it */
	_Atomic uint64_t ran;
	_Atomic uint64_t where; /* the CPU of the last run */
	unsigned int again;	/* queue it again this many times */
};

static void count_work(struct irq_work *work)
{
	struct counted_work *counted = (struct counted_work *)work;

	check(in_interrupt() && irqs_masked(), "irq_work is in interrupt context");
	atomic_store_explicit(&counted->where, port_smp_processor_id(), memory_order_relaxed);
	if (counted->again != 0) {
		counted->again--;
		check_ret(irq_work_queue(work), 0, "irq_work that queues itself");
	}
	/* release: pairs with the acquire in wait_for() */
	atomic_fetch_add_explicit(&counted->ran, 1, memory_order_release);
}

static void init_work(struct counted_work *counted, bool lazy)
{
	*counted = (struct counted_work){.work = {.func = count_work, .lazy = lazy}};
}

static void queue_everywhere(void *arg)
{
	static struct counted_work works[CROSSCALL_NR_CPUS];
	unsigned int self = port_smp_processor_id();
	struct counted_work *counted = &works[self];

	(void)arg;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		init_work(counted, false);
		check_ret(irq_work_queue_on(&counted->work, cpus[i]), 0, "irq_work_queue_on()");
		wait_for(&counted->ran, 1, "irq_work");
		check_eq(counted->where, cpus[i], "the CPU that ran it");
		irq_work_sync(&counted->work);
	}
}

static void test_pairs(void)
{
	run_on_all(queue_everywhere, NULL);
}

static void test_here(void)
{
	struct counted_work counted;
	unsigned long state = port_local_irq_save();

	init_work(&counted, false);
	counted.again = 3;
	check_ret(irq_work_queue(&counted.work), 0, "irq_work_queue()");
	check_ret(irq_work_queue(&counted.work), -EBUSY, "irq_work_queue() while it is queued");
	check(irq_work_is_busy(&counted.work), "queued work is busy");
	check_eq(counted.ran, 0, "runs with interrupts masked");
	port_local_irq_restore(state);
	wait_for(&counted.ran, 4, "irq_work that queues itself three times");
	irq_work_sync(&counted.work);
	settle();
	check_eq(counted.ran, 4, "runs of irq_work");
	check(!irq_work_is_busy(&counted.work), "work that has run is not busy");
}

static void test_lazy(void)
{
	struct counted_work counted;
	unsigned long state = port_local_irq_save();
	struct pt_regs *outer = irq_enter(NULL);

	init_work(&counted, true);
	check_ret(irq_work_queue(&counted.work), 0, "lazy irq_work_queue()");
	check_eq(counted.ran, 0, "lazy work before the tick");
	irq_work_tick();
	check_eq(counted.ran, 1, "lazy work after the tick");
	irq_exit(outer);
	port_local_irq_restore(state);
	check_ret(irq_work_queue(NULL), -EINVAL, "no work");
	counted.work.func = NULL;
	check_ret(irq_work_queue(&counted.work), -EINVAL, "no function");
	init_work(&counted, false);
	check_ret(irq_work_queue_on(&counted.work, nr_cpu_ids()), -EINVAL, "no such CPU");
	check(!irq_work_is_busy(&counted.work), "refused work is not busy");
}

static struct counted_work from_call[CROSSCALL_NR_CPUS];

static void queue_from_call(void *info)
{
	struct counted_work *counted = &from_call[port_smp_processor_id()];

	(void)info;
	check_ret(irq_work_queue(&counted->work), 0, "irq_work from a called function");
}

static void test_from_handler(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		init_work(&from_call[cpus[i]], false);
	}
	check_ret(on_each_cpu(queue_from_call, NULL, true), 0, "a call to all");
	for (unsigned int i = 0; i < nr_cpus; i++) {
		wait_for(&from_call[cpus[i]].ran, 1, "irq_work from a handler");
		check_eq(from_call[cpus[i]].where, cpus[i], "the CPU that ran it");
	}
}

/* Everybody floods one CPU with the same few works: each success is one run. */
static struct counted_work shared[3];
static _Atomic uint64_t accepted;

static void flood(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 300; i++) {
		int err = irq_work_queue_on(&shared[i % 3].work, COORDINATOR);

		check(err == 0 || err == -EBUSY, "irq_work_queue_on() in a flood");
		if (err == 0) {
			atomic_fetch_add_explicit(&accepted, 1, memory_order_relaxed);
		}
		progress();
	}
}

static void test_flood(void)
{
	atomic_store_explicit(&accepted, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < 3; i++) {
		init_work(&shared[i], false);
	}
	run_on_all(flood, NULL);
	for (unsigned int i = 0; i < 3; i++) {
		irq_work_sync(&shared[i].work);
	}
	settle();
	check_eq(shared[0].ran + shared[1].ran + shared[2].ran, accepted,
		 "runs, against queueings that succeeded");
}

const struct conform_test conform_irq_work_tests[] = {
	{"irq_work: on every CPU, from every CPU", test_pairs, 1},
	{"irq_work: on this CPU, at the unmask, and from itself", test_here, 1},
	{"irq_work: lazy work waits for the tick", test_lazy, 1},
	{"irq_work: from handlers", test_from_handler, 1},
	{"irq_work: a flood, each success one run", test_flood, 1},
	{NULL, NULL, 0},
};
