/* SPDX-License-Identifier: MIT */
/* Waiters that serve each other with interrupts masked, deadlines, and requests taken back. */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "core/call.h"
#include "tests/model/explore/explore.h"

static unsigned int question[4]; /* stored by the caller before the call */
static unsigned int answer[4];	 /* stored by the function before it returns */
static unsigned int runs[4];
static unsigned int number[4] = {0, 1, 2, 3};
static unsigned int masked[MAX_CPUS]; /* the CPU is in its masked section */
static unsigned int cancelled;
static int result[4] = {1, 1, 1, 1}; /* 0 or an error; 1: not made */

static void reply(void *info)
{
	unsigned int which = *(unsigned int *)info;

	runs[which]++;
	answer[which] = question[which] + 1;
}

static void ask(unsigned int cpu, unsigned int which)
{
	question[which] = which + 1;
	result[which] = smp_call_function_single_poll(cpu, reply, &number[which]);
	expect(result[which] == 0 && answer[which] == which + 2, "a poll-safe call");
}

/* ---- two waiters with interrupts masked, and a call that must wait until they are not ---- */

static void ask_masked(void)
{
	unsigned int self = port_smp_processor_id();
	unsigned long state = port_local_irq_save();

	masked[self] = 1;
	ask(1 - self, self);
	masked[self] = 0;
	port_local_irq_restore(state);
}

static void not_while_masked(void *info)
{
	expect(masked[port_smp_processor_id()] == 0, "an ordinary call runs in a masked wait");
	reply(info);
}

/* The second is appended to what the masked CPU has taken and may not run yet. */
static void call_the_masked(void)
{
	for (unsigned int i = 2; i < 4; i++) {
		question[i] = i + 1;
		result[i] = smp_call_function_single(0, not_while_masked, &number[i], false);
	}
}

static void check_four(void)
{
	expect(runs[0] == 1 && runs[1] == 1 && runs[2] == 1 && runs[3] == 1,
	       "a call is lost, or repeated");
}

/* ---- a wait inside a called function, which serves from the list that is being run ---- */

static void wait_inside(void *info)
{
	(void)info;
	masked[2] = 1;
	ask(1, 0);
	masked[2] = 0;
	runs[3]++;
}

static void call_the_waiter(void)
{
	result[3] = smp_call_function_single(2, wait_inside, NULL, false);
	question[2] = 3;
	result[2] = smp_call_function_single(2, not_while_masked, &number[2], false);
}

static void ask_the_waiter(void)
{
	unsigned long state = port_local_irq_save();

	ask(2, 1);
	port_local_irq_restore(state);
}

static void check_inside(void)
{
	check_four();
}

/* ---- deadlines: the one request of CPU 0 is given up, and used again ---- */

static void one_request(void)
{
	call_pool_here()->size = 1;
	smp_set_stall_timeout(0);
}

static void limited_calls(void)
{
	struct cpumask mask = cpumask_of(2);
	struct smp_call call = {.func = reply, .info = &number[0], .wait = true, .timeout_ns = 1};
	struct smp_call_report report;

	question[0] = 1;
	result[0] = smp_call_function_report(&mask, &call, &report);
	expect((result[0] == -ETIMEDOUT) == cpumask_empty(&report.done), "the report");
	if (cpumask_test_cpu(2, &report.done)) {
		expect(answer[0] == 2, "done, but no answer");
	} else if (cpumask_test_cpu(2, &report.unanswered)) {
		question[0] = 0; /* ours again */
		result[0] = 1;
	}
	question[1] = 2;
	result[1] = smp_call_function_single(2, reply, &number[1], true);
	expect(result[1] == 0 && answer[1] == 3, "a call after one that was given up");
}

static void check_limited(void)
{
	expect(runs[0] == (result[0] == 1 ? 0 : 1), "given up, and runs; or the other way round");
	expect(runs[1] == 1, "a call is lost, or repeated");
}

/* ---- deadlines: no request is left ---- */

static _Atomic unsigned int let_go;

static void hold_out(void)
{
	unsigned long state = port_local_irq_save();

	while (atomic_load_explicit(&let_go, memory_order_relaxed) == 0) {
		port_cpu_relax();
	}
	port_local_irq_restore(state);
}

static void limited_calls_to_the_deaf(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		result[i] = smp_call_function_single_timeout(2, reply, &number[i], 1);
		expect(result[i] == 0 || result[i] == -ETIMEDOUT, "a call with a deadline");
	}
	atomic_store_explicit(&let_go, 1, memory_order_relaxed);
}

static void check_deaf(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		expect(runs[i] == (result[i] == 0 ? 1U : 0U), "done or not at all");
	}
}

/* ---- cancel against run and reuse ---- */

static struct call_single_data request = CSD_INIT(reply, &number[0]);

static void use_twice(void)
{
	result[0] = smp_call_function_single_async(2, &request);
	while (csd_is_busy(&request)) {
		port_cpu_relax();
	}
	request.info = &number[1];
	result[1] = smp_call_function_single_async(2, &request);
}

static void cancel(void)
{
	cancelled = csd_cancel(&request);
}

static void check_cancel(void)
{
	expect(result[0] == 0 && result[1] == 0, "smp_call_function_single_async");
	expect(runs[0] <= 1 && runs[1] <= 1 && runs[0] + runs[1] + cancelled == 2,
	       "each use runs once or is cancelled");
}

/* ---- one request, two callers ---- */

static struct call_single_data contended = CSD_INIT(reply, &number[0]);

static void use_contended(void)
{
	unsigned int self = port_smp_processor_id();

	result[self] = smp_call_function_single_async(2, &contended);
	expect(result[self] == 0 || result[self] == -EBUSY, "smp_call_function_single_async");
}

static void check_contended(void)
{
	expect(runs[0] == (unsigned int)(result[0] == 0) + (unsigned int)(result[1] == 0),
	       "each success is one run");
}

const struct scenario wait_scenarios[] = {
	{.name = "poll: two masked waiters",
	 .nr_cpus = 3,
	 .cpu = {ask_masked, ask_masked, call_the_masked},
	 .check = check_four},
	{.name = "poll: a wait inside a call",
	 .nr_cpus = 3,
	 .cpu = {call_the_waiter, ask_the_waiter, NULL},
	 .check = check_inside},
	{.name = "deadline: a request given up and used again",
	 .nr_cpus = 3,
	 .time_jumps = 1,
	 .preemptions = 1,
	 .setup = one_request,
	 .cpu = {limited_calls, NULL, NULL},
	 .check = check_limited},
	{.name = "deadline: no request is left",
	 .nr_cpus = 3,
	 .time_jumps = 1,
	 .preemptions = 1,
	 .setup = one_request,
	 .cpu = {limited_calls_to_the_deaf, NULL, hold_out},
	 .check = check_deaf},
	{.name = "call: one request, two callers",
	 .nr_cpus = 3,
	 .cpu = {use_contended, use_contended, NULL},
	 .check = check_contended},
	{.name = "call: cancel",
	 .nr_cpus = 3,
	 .cpu = {use_twice, cancel, NULL},
	 .check = check_cancel},
	{0},
};
