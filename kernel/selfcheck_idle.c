/* SPDX-License-Identifier: MIT */
/* What it costs to reach a CPU that idles: nothing while it polls, a doorbell once it sleeps. */
#include <crosscall/crosscall.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/result.h"
#include "kernel/sched/call_on_cpu.h"
#include "kernel/selfcheck.h"

#define TIMES 100U
#define ANY (TIMES + 1) /* as the CPU's experience has it */

static void nothing(void *unused)
{
	(void)unused;
}

/* The CPU begins to poll once more than before. */
struct turn {
	const struct percpu *cpu;
	uint64_t polls;
};

/* Its handler of IPI_PING runs. */
struct heard {
	const struct percpu *cpu;
	uint64_t before;
};

static bool has_begun(void *arg)
{
	const struct turn *turn = arg;

	/* acquire: pairs with the release in poll(): it polls, as far as this CPU can see */
	return atomic_load_explicit(&turn->cpu->polls, memory_order_acquire) > turn->polls;
}

/* Nobody else disturbs it: it polls until it is wanted. */
static bool await_polling(struct turn *turn)
{
	bool begun = wait_until(has_begun, turn, patience_ns());

	turn->polls = percpu_read(&turn->cpu->polls);
	return begun;
}

static bool call(unsigned int cpu)
{
	return smp_call_function_single(cpu, nothing, NULL, true) == 0;
}

static int no_work(void *unused)
{
	(void)unused;
	return 0;
}

static bool run_thread(unsigned int cpu)
{
	return smp_call_on_cpu(cpu, no_work, NULL) == 0;
}

static bool has_heard(void *arg)
{
	const struct heard *heard = arg;

	return percpu_read(&heard->cpu->heard[IPI_PING]) > heard->before;
}

/* An interrupt ends the poll, which is masked: it would take patience_ns() otherwise. */
static bool ping(unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);
	struct heard heard = {.cpu = cpu_data(cpu)};

	heard.before = percpu_read(&heard.cpu->heard[IPI_PING]);
	return smp_cross_call(&mask, IPI_PING, NULL) == 0 &&
	       wait_until(has_heard, &heard, patience_ns() / 2);
}

/*
 * Does it so often, and compares what it cost this CPU. 'polling': each time while it polls;
 * 'want': so many of them without a doorbell.
 */
static void check_cost(const char *what, bool (*reach)(unsigned int cpu), unsigned int kind,
		       struct turn *turn, bool polling, unsigned int want)
{
	unsigned int self = this_cpu()->cpu;
	struct ipi_stats before = {0};
	struct ipi_stats after = {0};
	unsigned int done = 0;

	(void)ipi_stats_read(self, kind, &before);
	while (done < TIMES && (!polling || await_polling(turn)) && reach(turn->cpu->cpu)) {
		done++;
	}
	(void)ipi_stats_read(self, kind, &after);
	uint64_t polled = after.polled - before.polled;
	uint64_t sent = after.sent - before.sent;

	printk("  %-24s %7u times: %lu doorbells, %lu polled\n", what, done, (unsigned long)sent,
	       (unsigned long)polled);
	result_check(done == TIMES, "cpu %u: %s: only %u of %u", turn->cpu->cpu, what, done, TIMES);
	result_check(polled + sent == TIMES && (want == ANY || polled == want),
		     "cpu %u: %s: not %u without a doorbell", turn->cpu->cpu, what, want);
}

void selfcheck_idle(void)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	unsigned int cpu = cpumask_next(this_cpu()->cpu, &online);

	if (cpu == CROSSCALL_NR_CPUS) {
		return;
	}
	struct turn turn = {.cpu = cpu_data(cpu), .polls = percpu_read(&cpu_data(cpu)->polls)};
	uint64_t before = idle_set_poll(patience_ns());

	(void)call(cpu); /* out of its sleep, and to its poll */
	check_cost("idle, polls: call", call, IPI_CALL_FUNC, &turn, true, TIMES);
	check_cost("idle, polls: reschedule", run_thread, IPI_RESCHEDULE, &turn, true, TIMES);
	check_cost("idle, polls: user kind", ping, IPI_PING, &turn, true, 0);
	(void)idle_set_poll(0);
	(void)call(cpu);
	check_cost("idle, sleeps: call", call, IPI_CALL_FUNC, &turn, false, 0);
	(void)idle_set_poll(IDLE_POLL_AUTO);
	check_cost("idle, learns: call", call, IPI_CALL_FUNC, &turn, false, ANY);
	(void)idle_set_poll(before);
}
