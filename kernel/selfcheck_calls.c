/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>
#include <crosscall/errno.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/ledger.h"
#include "kernel/result.h"
#include "kernel/selfcheck.h"

/* What a called function saw, for a caller that waits: plain stores, ordered by the call alone. */
struct visit {
	unsigned int cpu;
	bool in_time;
};

static void visit(void *info)
{
	struct visit *visit = info;

	visit->cpu = this_cpu()->cpu;
	visit->in_time = true;
	ledger_call(NULL);
}

static void expect_calls(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		ledger_expect(cpu, IPI_CALL_FUNC);
	}
}

static void finish(struct verdict *verdict)
{
	ledger_close(verdict);
	verdict_print(verdict);
}

/* The caller finds what the function stored, the moment the call returns. */
static void check_waiting(const struct cpumask *online)
{
	struct verdict verdict = {.what = "call, waiting"};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		struct visit here = {.cpu = CROSSCALL_NR_CPUS};

		verdict.pairs++;
		ledger_expect(cpu, IPI_CALL_FUNC);
		verdict.errors += smp_call_function_single(cpu, visit, &here, true) != 0;
		result_check(here.in_time && here.cpu == cpu,
			     "a waiting call to cpu %u returned before its function", cpu);
	}
	finish(&verdict);
}

static void check_not_waiting(const struct cpumask *online)
{
	struct verdict verdict = {.what = "call, not waiting"};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		verdict.pairs++;
		ledger_expect(cpu, IPI_CALL_FUNC);
		verdict.errors += smp_call_function_single(cpu, ledger_call, NULL, false) != 0;
	}
	finish(&verdict);
}

static bool is_free(void *arg)
{
	return !csd_is_busy(arg);
}

/* With the caller's own request, used again as soon as it is free. */
static void check_async(const struct cpumask *online)
{
	static struct call_single_data csd = CSD_INIT(ledger_call, NULL);
	struct verdict verdict = {.what = "call, own request"};
	unsigned int cpu;

	ledger_open();
	for_each_cpu(cpu, online) {
		verdict.pairs++;
		ledger_expect(cpu, IPI_CALL_FUNC);
		verdict.errors += smp_call_function_single_async(cpu, &csd) != 0;
		result_check(wait_until(is_free, &csd, patience_ns()),
			     "the request to cpu %u stays busy", cpu);
	}
	finish(&verdict);
}

static void check_many(const struct cpumask *online)
{
	struct verdict verdict = {.what = "call on all"};
	struct cpumask others = *online;

	cpumask_clear_cpu(this_cpu()->cpu, &others);
	ledger_open();
	for (unsigned int wait = 0; wait < 2; wait++) {
		expect_calls(online);
		verdict.errors += on_each_cpu(ledger_call, NULL, wait != 0) != 0;
		ledger_settle(&verdict, this_cpu()->cpu);
		expect_calls(&others);
		verdict.errors += smp_call_function(ledger_call, NULL, wait != 0) != 0;
		ledger_settle(&verdict, this_cpu()->cpu);
	}
	verdict.pairs = 2UL * (cpumask_weight(online) + cpumask_weight(&others));
	finish(&verdict);
}

void selfcheck_calls(void)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	check_waiting(&online);
	check_not_waiting(&online);
	check_async(&online);
	check_many(&online);
}

static void expect_error(const char *what, int got, int want)
{
	result_check(got == want, "%s returned %d, not %d", what, got, want);
}

/* Numbers past the last CPU, nothing to call, kinds that nobody handles. */
void selfcheck_misuse(void)
{
	unsigned int past = nr_cpu_ids();
	struct cpumask nobody = cpumask_of(past);
	struct cpumask self = cpumask_of(this_cpu()->cpu);

	expect_error("a call to a CPU that cannot exist",
		     smp_call_function_single(past, ledger_call, NULL, false), -EINVAL);
	expect_error("a reschedule to a CPU that cannot exist", smp_send_reschedule(past), -EINVAL);
	expect_error("a call of no function", smp_call_function_single(0, NULL, NULL, false),
		     -EINVAL);
	expect_error("a request that is null", smp_call_function_single_async(0, NULL), -EINVAL);
	expect_error("a kind past the last", smp_cross_call(&self, NR_IPI, NULL), -EINVAL);
	expect_error("a kind without a handler", smp_cross_call(&self, IPI_EMPTY, NULL),
		     -EOPNOTSUPP);
	if (past < CROSSCALL_NR_CPUS) {
		expect_error("a mask with a CPU that cannot exist",
			     smp_cross_call(&nobody, IPI_PING, NULL), -EINVAL);
	}
	for (unsigned int cpu = 0; cpu < past; cpu++) {
		if (!cpu_online(cpu)) {
			expect_error("a call to an offline CPU",
				     smp_call_function_single(cpu, ledger_call, NULL, false),
				     -ENXIO);
		}
	}
	printk("  %-24s refused as documented\n", "misuse");
}
