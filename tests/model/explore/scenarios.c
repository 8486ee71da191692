/* SPDX-License-Identifier: MIT */
/*
 * What the CPUs do: kinds, calls, reschedules. All of it is instrumented: a payload without order
 * is a data race.
 */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "tests/model/explore/explore.h"

#define KIND_A IPI_FIRST_USER
#define KIND_B (IPI_FIRST_USER + 1)

static _Atomic unsigned int task[MAX_CPUS]; /* on CPU 2's run queue, put there by CPU i */
static unsigned int payload[MAX_CPUS];	    /* stored by CPU i before it sends */
static unsigned int seen[MAX_CPUS];	    /* what the handlers on CPU 2 found there */
static unsigned int runs[8];
static unsigned int order[8];
static unsigned int ran;
static int accepted[8] = {1, 1, 1, 1, 1, 1, 1, 1}; /* 0 or an error; 1: not made */

void expect(bool good, const char *what)
{
	if (!good) {
		explore_fail(what);
	}
}

static unsigned int irq_of(unsigned int kind)
{
	return 1 + kind; /* the machine has one domain, which begins at 1 */
}

static void kind_a(struct pt_regs *regs)
{
	(void)regs;
	runs[0]++;
	seen[0] = payload[0];
}

static void kind_b(struct pt_regs *regs)
{
	(void)regs;
	runs[1]++;
	seen[1] = payload[1];
}

static void rescheduled(struct pt_regs *regs)
{
	(void)regs;
	if (test_and_clear_need_resched()) {
		seen[0] = atomic_load_explicit(&task[0], memory_order_relaxed);
		seen[1] = atomic_load_explicit(&task[1], memory_order_relaxed);
	}
}

void (*on_stop)(void);
void (*on_crash)(void);

static void stopped(struct pt_regs *regs)
{
	(void)regs;
	if (on_stop == NULL) {
		schedule_park();
	}
	on_stop();
}

static void crashed(struct pt_regs *regs)
{
	(void)regs;
	on_crash();
}

const struct ipi_ops explore_ops = {
	.handler = {[IPI_RESCHEDULE] = rescheduled,
		    [IPI_CPU_STOP] = stopped,
		    [IPI_CPU_CRASH_STOP] = crashed,
		    [KIND_A] = kind_a,
		    [KIND_B] = kind_b},
};

static void send_a(void)
{
	struct cpumask mask = cpumask_of(2);

	payload[0] = 1;
	expect(smp_cross_call(&mask, KIND_A, NULL) == 0, "send of kind A");
}

static void send_b(void)
{
	struct cpumask mask = cpumask_of(2);

	payload[1] = 1;
	expect(smp_cross_call(&mask, KIND_B, NULL) == 0, "send of kind B");
}

static void check_kinds(void)
{
	expect(runs[0] == 1 && seen[0] == 1, "kind A is lost, or repeated");
	expect(runs[1] == 1 && seen[1] == 1, "kind B is lost, or repeated");
}

/* ---- mask and unmask against two senders ---- */

static void mask_and_unmask(void)
{
	disable_percpu_irq(irq_of(KIND_A));
	disable_percpu_irq(irq_of(KIND_B));
	enable_percpu_irq(irq_of(KIND_A));
	enable_percpu_irq(irq_of(KIND_B));
}

/* ---- calls ---- */

static void record(void *info)
{
	unsigned int which = *(unsigned int *)info;

	runs[which]++;
	order[which] = ++ran;
}

static unsigned int number[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static void call(unsigned int which, bool wait)
{
	accepted[which] = smp_call_function_single(2, record, &number[which], wait);
}

static void call_twice(void)
{
	call(0, false);
	call(1, false);
}

static void call_and_wait(void)
{
	call(2, true);
	if (accepted[2] == 0) {
		expect(runs[2] == 1, "the call has returned, the function has not");
	}
}

static void late_call(void)
{
	call(3, false);
}

static void check_calls(void)
{
	for (unsigned int i = 0; i < 4; i++) {
		expect(runs[i] == (accepted[i] == 0 ? 1U : 0U),
		       accepted[i] == 0 ? "an accepted call has not run once"
					: "a refused call has run");
	}
	expect(runs[0] == 0 || runs[1] == 0 || order[0] < order[1], "not first-in first-out");
}

static void go_offline(void)
{
	unsigned long state = port_local_irq_save();

	expect(smp_cpu_dying() == 0, "smp_cpu_dying");
	port_local_irq_restore(state);
}

/* ---- one request of the caller's, used again by its own function ---- */

static void again(void *info);
static struct call_single_data own = CSD_INIT(again, &number[0]);

static void again(void *info)
{
	(void)info;
	if (++runs[0] == 1) {
		runs[4]++;
		accepted[1] = smp_call_function_single_async(2, &own);
		port_cpu_relax(); /* queued, and not run yet: others may get on */
	}
}

static void own_request(void)
{
	accepted[0] = smp_call_function_single_async(2, &own);
}

static void helper_call(void)
{
	call(2, false);
}

static void check_own(void)
{
	unsigned int wanted = accepted[0] == 0 ? 1U : 0U;

	expect(runs[0] >= wanted, "an accepted call has not run");
	expect(runs[4] == 0 || accepted[1] != 0 || runs[0] == 2,
	       "a request taken back by another's cancel");
	expect(accepted[0] == 0 || runs[0] == 0, "a refused call has run");
}

/* ---- a request reused by its owner as soon as it is not busy ---- */

static struct call_single_data reused = CSD_INIT(record, &number[0]);

static void reuse(void)
{
	accepted[0] = smp_call_function_single_async(2, &reused);
	while (csd_is_busy(&reused)) {
		port_cpu_relax();
	}
	reused.info = &number[1];
	accepted[1] = smp_call_function_single_async(2, &reused);
}

/* ---- many ---- */

static void add(void *info)
{
	(void)info;
	runs[port_smp_processor_id()]++;
}

static void add_other(void *info)
{
	(void)info;
	runs[4]++;
}

static void broadcast(void)
{
	expect(on_each_cpu(add, NULL, true) == 0, "on_each_cpu");
	expect(runs[0] == 1 && runs[1] == 1 && runs[2] == 1, "the broadcast is not complete");
}

static void broadcast_back(void)
{
	struct cpumask mask = cpumask_of(2);

	expect(smp_call_function_many(&mask, add_other, NULL, false) == 0,
	       "smp_call_function_many");
}

static void check_broadcast(void)
{
	expect(runs[0] == 1 && runs[1] == 1 && runs[2] == 1 && runs[4] == 1,
	       "a broadcast call is lost, or repeated");
}

/* ---- reschedule ---- */

static void wake_a(void)
{
	atomic_store_explicit(&task[0], 1, memory_order_relaxed);
	accepted[0] = resched_cpu(2);
}

static void wake_b(void)
{
	atomic_store_explicit(&task[1], 1, memory_order_relaxed);
	accepted[1] = resched_cpu(2);
}

static void tick(void)
{
	unsigned long state = port_local_irq_save();

	rescheduled(NULL);
	port_local_irq_restore(state);
}

static void check_resched(void)
{
	expect(seen[0] == 1, "the first task is not seen");
	expect(seen[1] == 1, "the second task is not seen");
}

static void check_resched_failing(void)
{
	schedule_set_cpu(2);
	expect(accepted[1] != 0 || seen[1] == 1 || need_resched(), "a reschedule is forgotten");
}

/* ---- a CPU that polls, then sleeps ---- */

static void idle_once(void)
{
	unsigned long state = port_local_irq_save();

	(void)smp_idle_poll_enter();
	(void)smp_idle_poll_leave();
	rescheduled(NULL);
	port_local_irq_restore(state);
}

/* ---- stop ---- */

static void stop(void)
{
	struct cpumask mask = cpumask_of(2);
	struct cpumask left;

	call(2, false);
	expect(smp_send_stop_mask(&mask, 1, &left) == 0 && cpumask_empty(&left),
	       "smp_send_stop_mask");
	expect(runs[2] == 1, "the CPU is offline, and has not executed what it accepted");
}

static void check_stop(void)
{
	expect(!cpu_online(2), "the CPU is still online");
	check_calls();
}

const struct scenario call_scenarios[] = {
	{.name = "kinds: two", .nr_cpus = 3, .cpu = {send_a, send_b, NULL}, .check = check_kinds},
	{.name = "kinds: mask and unmask",
	 .nr_cpus = 3,
	 .cpu = {send_a, send_b, mask_and_unmask},
	 .check = check_kinds},
	{.name = "call: three",
	 .nr_cpus = 3,
	 .cpu = {call_twice, call_and_wait, NULL},
	 .check = check_calls},
	{.name = "call: going offline",
	 .nr_cpus = 3,
	 .cpu = {call_twice, call_and_wait, go_offline},
	 .check = check_calls},
	{.name = "call: coming online",
	 .nr_cpus = 3,
	 .offline = 4,
	 .cpu = {call_twice, call_and_wait, machine_start_cpu},
	 .check = check_calls},
	{.name = "call: rings that fail",
	 .nr_cpus = 3,
	 .ring_failures = 2,
	 .cpu = {call_twice, call_and_wait, NULL},
	 .late = late_call,
	 .check = check_calls},
	{.name = "call: own request",
	 .nr_cpus = 3,
	 .ring_failures = 2,
	 .cpu = {own_request, helper_call, NULL},
	 .late = late_call,
	 .check = check_own},
	{.name = "call: request reused",
	 .nr_cpus = 3,
	 .cpu = {reuse, helper_call, NULL},
	 .check = check_calls},
	{.name = "call: broadcast",
	 .nr_cpus = 3,
	 .cpu = {broadcast, broadcast_back, NULL},
	 .check = check_broadcast},
	{.name = "resched: two",
	 .nr_cpus = 3,
	 .cpu = {wake_a, wake_b, tick},
	 .check = check_resched},
	{.name = "resched: rings that fail",
	 .nr_cpus = 3,
	 .ring_failures = 2,
	 .cpu = {wake_a, wake_b, tick},
	 .check = check_resched_failing},
	{.name = "idle: calls",
	 .nr_cpus = 3,
	 .cpu = {call_twice, call_and_wait, idle_once},
	 .check = check_calls},
	{.name = "idle: reschedule",
	 .nr_cpus = 3,
	 .cpu = {wake_a, wake_b, idle_once},
	 .check = check_resched},
	{.name = "call: stop", .nr_cpus = 3, .cpu = {call_twice, stop, NULL}, .check = check_stop},
	{0},
};
