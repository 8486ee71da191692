/* SPDX-License-Identifier: MIT */
/* irq_work: claims against runs, on one CPU and on two, refused and rung in vain. */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "tests/model/explore/explore.h"

static _Atomic unsigned int task[2]; /* stored by CPU i before it queues */
static unsigned int seen[2];	     /* what the callback found there */
static unsigned int owned;	     /* of whoever has waited until the work is not busy */
static unsigned int runs[3];
static int result[3] = {1, 1, 1}; /* 0 or an error; 1: not made */

/* ---- two callers, one work: each finds its stores seen, also when it is told -EBUSY ---- */

static void look(struct irq_work *work)
{
	(void)work;
	for (unsigned int i = 0; i < 2; i++) {
		seen[i] |= atomic_load_explicit(&task[i], memory_order_relaxed);
	}
	runs[0]++;
}

static struct irq_work shared = IRQ_WORK_INIT(look);

static void queue_shared(void)
{
	unsigned int self = port_smp_processor_id();

	atomic_store_explicit(&task[self], 1, memory_order_relaxed);
	result[self] = irq_work_queue_on(&shared, 2);
	expect(result[self] == 0 || result[self] == -EBUSY, "irq_work_queue_on");
}

static void check_shared(void)
{
	expect(runs[0] == (unsigned int)(result[0] == 0) + (unsigned int)(result[1] == 0),
	       "each success is one run");
	expect(seen[0] == 1 && seen[1] == 1, "what was stored before the queueing is not seen");
	expect(!irq_work_is_busy(&shared), "the work is busy for ever");
}

/* ---- refused by a CPU that leaves, then queued to another ---- */

static _Atomic unsigned int ran; /* on either CPU */

static void count_either(struct irq_work *work)
{
	(void)work;
	atomic_fetch_add_explicit(&ran, 1, memory_order_relaxed);
}

static struct irq_work refused = IRQ_WORK_INIT(count_either);

static void queue_to_leaver(void)
{
	result[0] = irq_work_queue_on(&refused, 2);
}

static void queue_to_neighbour(void)
{
	result[1] = irq_work_queue_on(&refused, 0);
}

static void leave(void)
{
	unsigned long state = port_local_irq_save();

	expect(smp_cpu_dying() == 0, "smp_cpu_dying");
	port_local_irq_restore(state);
}

static void check_refused(void)
{
	expect(ran == (unsigned int)(result[0] == 0) + (unsigned int)(result[1] == 0),
	       "each success is one run");
	expect(!irq_work_is_busy(&refused), "the work is busy for ever");
}

/* ---- one work on two CPUs at once ---- */

static void use_owned(struct irq_work *work)
{
	(void)work;
	port_cpu_relax(); /* others may get on meanwhile */
	expect(owned == 0, "the callback runs, but the work is not busy");
}

static struct irq_work moving = IRQ_WORK_INIT(use_owned);

static void queue_twice_and_sync(void)
{
	result[0] = irq_work_queue_on(&moving, 1);
	port_cpu_relax(); /* it may run now */
	result[2] = irq_work_queue_on(&moving, 2);
	irq_work_sync(&moving);
	owned = 1;
	moving.next = NULL; /* freed, and used for something else */
	moving.func = NULL;
}

static void check_moving(void)
{
	expect(result[0] == 0, "irq_work_queue_on");
	expect(!irq_work_is_busy(&moving), "the work is busy for ever");
}

/* ---- freed as soon as it is not busy, which may be before the call that queued it returns ---- */

static struct irq_work brief = IRQ_WORK_INIT(count_either);

static void queue_brief(void)
{
	result[0] = irq_work_queue_on(&brief, 1);
}

/* Not because of a ring: it looks by itself. */
static void run_and_free(void)
{
	unsigned long state = port_local_irq_save();

	irq_work_tick();
	port_local_irq_restore(state);
	if (atomic_load_explicit(&ran, memory_order_relaxed) != 0 && !irq_work_is_busy(&brief)) {
		brief.func = NULL;
		brief.lazy = true;
	}
}

static void check_brief(void)
{
	expect(result[0] == 0 && ran == 1, "the work has not run once");
}

/* ---- a CPU that leaves: urgent and lazy work; a ring that fails ---- */

static void count_first(struct irq_work *work)
{
	(void)work;
	runs[0]++;
}

static void count_second(struct irq_work *work)
{
	(void)work;
	runs[1]++;
}

static struct irq_work first = IRQ_WORK_INIT(count_first);
static struct irq_work second = IRQ_WORK_INIT(count_second);
static struct irq_work lazy = IRQ_WORK_INIT_LAZY(count_second);

static void queue_first(void)
{
	result[0] = irq_work_queue_on(&first, 2);
}

static void queue_second(void)
{
	result[1] = irq_work_queue_on(&second, 2);
}

static void queue_lazy(void)
{
	result[1] = irq_work_queue_on(&lazy, 2);
}

static void third(struct irq_work *work)
{
	(void)work;
	runs[2]++;
}

static struct irq_work late = IRQ_WORK_INIT(third);

static void queue_late(void)
{
	result[2] = irq_work_queue_on(&late, 2);
}

/* Work whose ring failed stays queued: it runs with the next. */
static void check_counts(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		bool accepted = result[i] == 0 || result[i] == -EIO;

		expect(runs[i] == (accepted ? 1U : 0U),
		       accepted ? "accepted work has not run once" : "refused work has run");
	}
	expect(!irq_work_is_busy(&first) && !irq_work_is_busy(&second) && !irq_work_is_busy(&lazy),
	       "the work is busy for ever");
}

const struct scenario work_scenarios[] = {
	{.name = "work: two callers",
	 .nr_cpus = 3,
	 .cpu = {queue_shared, queue_shared, NULL},
	 .check = check_shared},
	{.name = "work: on two CPUs",
	 .nr_cpus = 3,
	 .cpu = {queue_twice_and_sync, NULL, NULL},
	 .check = check_moving},
	{.name = "work: freed once it is not busy",
	 .nr_cpus = 2,
	 .cpu = {queue_brief, run_and_free},
	 .check = check_brief},
	{.name = "work: refused while it runs elsewhere",
	 .nr_cpus = 3,
	 .offline = 4,
	 .cpu = {queue_twice_and_sync, NULL, NULL},
	 .check = check_moving},
	{.name = "work: refused, then queued elsewhere",
	 .nr_cpus = 3,
	 .cpu = {queue_to_leaver, queue_to_neighbour, leave},
	 .check = check_refused},
	{.name = "work: going offline",
	 .nr_cpus = 3,
	 .cpu = {queue_first, queue_second, leave},
	 .check = check_counts},
	{.name = "work: lazy, going offline",
	 .nr_cpus = 3,
	 .cpu = {queue_first, queue_lazy, leave},
	 .check = check_counts},
	{.name = "work: coming online",
	 .nr_cpus = 3,
	 .offline = 4,
	 .cpu = {queue_first, queue_second, machine_start_cpu},
	 .check = check_counts},
	{.name = "work: rings that fail",
	 .nr_cpus = 3,
	 .ring_failures = 2,
	 .cpu = {queue_first, queue_second, NULL},
	 .late = queue_late,
	 .check = check_counts},
	{0},
};
