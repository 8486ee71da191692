/* SPDX-License-Identifier: MIT */
/*
 * The very last: two CPUs crash at the same time. The winner looks at the others, which do nothing
 * any more, until the machine takes them out of that again for the end of the suite. Interrupts
 * stay masked everywhere, and nothing more can be sent.
 */
#include "tests/conform/suite.h"

/* Nobody answers: so long is waited for that. */
#define SILENCE_NS 100000

static struct {
	unsigned int saved[CROSSCALL_NR_CPUS]; /* plain memory: rule 14 orders it */
	unsigned int handled[CROSSCALL_NR_CPUS];
	_Atomic uint64_t turns[CROSSCALL_NR_CPUS]; /* of CPUs that are not told to crash */
	_Atomic uint64_t ready;
	_Atomic uint64_t winners;
	_Atomic uint64_t losers;
	_Atomic uint64_t ran; /* called functions */
	atomic_bool over;
} crash;

/* What the winner saw of the others when it began to look. */
static struct {
	uint64_t turns[CROSSCALL_NR_CPUS];
	uint64_t seen[CROSSCALL_NR_CPUS];
} before;

static bool is_crasher(unsigned int cpu)
{
	return cpu == COORDINATOR || cpu == cpus[1];
}

void conform_note_crash(struct pt_regs *regs)
{
	unsigned int self = port_smp_processor_id();

	check(irqs_masked(), "interrupts masked in the crash handler");
	check(in_interrupt(), "in_interrupt() in the crash handler");
	check(regs != NULL && regs == get_irq_regs(), "the interrupted registers");
	crash.handled[self]++;
	crash.saved[self]++;
}

static void count_run(void *info)
{
	(void)info;
	atomic_fetch_add_explicit(&crash.ran, 1, memory_order_relaxed);
}

static bool is_over(void)
{
	/* acquire: pairs with the release in win() */
	return atomic_load_explicit(&crash.over, memory_order_acquire);
}

/* Every CPU is where a crash may stop it. */
static void gather(void)
{
	/* acq_rel: pairs with itself */
	atomic_fetch_add_explicit(&crash.ready, 1, memory_order_acq_rel);
	while (atomic_load_explicit(&crash.ready, memory_order_acquire) < nr_cpus) {
		port_cpu_relax();
	}
}

static uint64_t relaxed(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* ---- the winner ---- */

static void check_saved(unsigned int self)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		unsigned int cpu = cpus[i];

		check_eq(crash.saved[cpu], 1, "registers that were saved");
		check_eq(crash.handled[cpu], is_crasher(cpu) ? 0 : 1, "runs of the crash handler");
		if (cpu != self) {
			before.turns[cpu] = relaxed(&crash.turns[cpu]);
			before.seen[cpu] = relaxed(&seen[cpu][IPI_RESCHEDULE]);
		}
	}
}

/* They are online still, and can be rung, but no more than that. */
static void disturb(unsigned int self)
{
	struct smp_call call = {
		.func = count_run, .wait = true, .poll_safe = true, .timeout_ns = SILENCE_NS};
	struct cpumask others = cpu_set;
	struct smp_call_report report;

	cpumask_clear_cpu(self, &others);
	check_ret(smp_cross_call(&others, IPI_RESCHEDULE, NULL), 0, "a send to CPUs that stopped");
	check_ret(smp_call_function_report(&others, &call, &report), -ETIMEDOUT,
		  "a call to CPUs that stopped");
	check(cpumask_equal(&report.unanswered, &others), "none of them has begun the call");
	settle();
}

static void check_silent(unsigned int self)
{
	disturb(self);
	check_eq(relaxed(&crash.ran), 0, "runs on CPUs that stopped");
	for (unsigned int i = 0; i < nr_cpus; i++) {
		unsigned int cpu = cpus[i];

		if (cpu != self) {
			check_eq(relaxed(&crash.turns[cpu]), before.turns[cpu],
				 "turns of a CPU that stopped");
			check_eq(relaxed(&seen[cpu][IPI_RESCHEDULE]), before.seen[cpu],
				 "interrupts of a CPU that stopped");
		}
	}
}

static void win(int err, const struct cpumask *silent)
{
	unsigned int self = port_smp_processor_id();

	atomic_fetch_add_explicit(&crash.winners, 1, memory_order_relaxed);
	check(cpumask_empty(silent), "no CPU is silent");
	if (check_ret(err, 0, "smp_send_crash_stop()")) {
		check_saved(self);
		check_silent(self);
		check_ret(smp_send_crash_stop(0, NULL), -EBUSY, "a crash while crashing");
		check(irqs_masked(), "interrupts masked after smp_send_crash_stop()");
	}
	/* release: pairs with the acquire in is_over() */
	atomic_store_explicit(&crash.over, true, memory_order_release);
	machine->revive();
}

/* ---- all of them ---- */

/* Masked before they gather, so that neither is stopped before it crashes. */
static void crash_here(void *unused)
{
	struct cpumask silent = cpu_set;

	(void)unused;
	(void)port_local_irq_save();
	gather();
	crash.saved[port_smp_processor_id()]++;
	int err = smp_send_crash_stop(options.limit_ns / 2, &silent);

	if (err != -EBUSY) {
		win(err, &silent);
		return;
	}
	atomic_fetch_add_explicit(&crash.losers, 1, memory_order_relaxed);
	while (!is_over()) {
		machine->pause();
	}
}

static void go_about(void *unused)
{
	unsigned int self = port_smp_processor_id();

	(void)unused;
	gather();
	while (!is_over()) {
		atomic_fetch_add_explicit(&crash.turns[self], 1, memory_order_relaxed);
		machine->pause();
	}
}

static void take_part(void *unused)
{
	bool crashes = is_crasher(port_smp_processor_id());

	check_eq(machine->catch_crash(crashes ? crash_here : go_about, unused), !crashes,
		 "stopped in the middle of something");
}

static void test_two(void)
{
	if (machine->catch_crash == NULL) {
		skip("a crash ends the machine");
		return;
	}
	for (unsigned int i = 1; i < nr_cpus; i++) {
		if (!cpu_online(cpus[i])) {
			restart(cpus[i]); /* after the test of smp_send_stop() */
		}
	}
	run_on_all(take_part, NULL);
	check_eq(relaxed(&crash.winners), 1, "CPUs that may crash");
	check_eq(relaxed(&crash.losers), 1, "CPUs that are told -EBUSY");
}

const struct conform_test conform_crash_tests[] = {
	{"crash: two CPUs at once, and nothing after that", test_two, 2},
	{NULL, NULL, 0},
};
