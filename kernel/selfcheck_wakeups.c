/* SPDX-License-Identifier: MIT */
/*
 * Exactly as many reschedule IPIs as are needed: none for a thread that has to wait, one for one
 * that comes first, none for a CPU that has been told; and none at all when nothing happens.
 */
#include <stdatomic.h>

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"

#define MOST_SLEEPERS 10U
#define SETTLE_NS 20000000ULL

/* Threads that sleep until they are told, each woken once. */
static struct {
	struct task *task[MOST_SLEEPERS];
	unsigned int nr;
	_Atomic unsigned int told;
	_Atomic unsigned int woken;
} sleepers;

/* A thread that keeps its CPU busy, or an interrupt that does. */
static struct {
	struct task *task;
	atomic_bool busy;
	atomic_bool over;
} hog;

/* Reschedule IPIs so far: sent by all, spared because the CPU polled, and heard by each. */
struct count {
	uint64_t sent;
	uint64_t polled;
	uint64_t heard[CROSSCALL_NR_CPUS];
};

static bool never(void *unused)
{
	(void)unused;
	return false;
}

static void settle(void)
{
	(void)wait_until(never, NULL, SETTLE_NS);
}

static void take_count(struct count *count)
{
	*count = (struct count){0};
	settle();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct ipi_stats stats = {0};

		(void)ipi_stats_read(cpu, IPI_RESCHEDULE, &stats);
		count->sent += stats.sent;
		count->polled += stats.polled;
		count->heard[cpu] = percpu_read(&cpu_data(cpu)->heard[IPI_RESCHEDULE]);
	}
}

static long sleep_once(void *unused)
{
	(void)unused;
	for (;;) {
		task_prepare_to_sleep();
		/* Relaxed: the state word orders, rule 19. */
		if (atomic_load_explicit(&sleepers.told, memory_order_relaxed) != 0) {
			break;
		}
		task_block();
	}
	task_finish_sleep();
	atomic_fetch_add_explicit(&sleepers.woken, 1, memory_order_relaxed);
	return 0;
}

static bool all_asleep(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < sleepers.nr; i++) {
		if (!wait_state_is_asleep(&sleepers.task[i]->wait)) {
			return false;
		}
	}
	return true;
}

static bool all_woken(void *unused)
{
	(void)unused;
	return atomic_load_explicit(&sleepers.woken, memory_order_relaxed) == sleepers.nr;
}

static bool put_to_sleep(unsigned int cpu, unsigned int nr, unsigned int prio)
{
	struct cpumask there = cpumask_of(cpu);

	atomic_store_explicit(&sleepers.told, 0, memory_order_relaxed);
	atomic_store_explicit(&sleepers.woken, 0, memory_order_relaxed);
	for (sleepers.nr = 0; sleepers.nr < nr; sleepers.nr++) {
		struct task *task = task_run("sleeper", sleep_once, NULL, prio, &there);

		if (task == NULL) {
			break;
		}
		sleepers.task[sleepers.nr] = task;
	}
	return result_check(sleepers.nr == nr && wait_until(all_asleep, NULL, patience_ns()),
			    "threads on cpu %u do not fall asleep", cpu);
}

static void wake_all(void)
{
	atomic_store_explicit(&sleepers.told, 1, memory_order_relaxed);
	for (unsigned int i = 0; i < sleepers.nr; i++) {
		result_check(wake_up_process(sleepers.task[i]), "thread %u was awake", i);
	}
}

static void join_all(unsigned int cpu)
{
	result_check(wait_until(all_woken, NULL, patience_ns()), "cpu %u: %u of %u woke up", cpu,
		     atomic_load_explicit(&sleepers.woken, memory_order_relaxed), sleepers.nr);
	for (unsigned int i = 0; i < sleepers.nr; i++) {
		task_join(sleepers.task[i], NULL);
	}
}

static void be_busy(void)
{
	atomic_store_explicit(&hog.busy, true, memory_order_relaxed);
	while (!atomic_load_explicit(&hog.over, memory_order_relaxed)) {
		cpu_relax();
	}
}

static long keep_busy(void *unused)
{
	(void)unused;
	be_busy();
	return 0;
}

static void keep_masked(void *unused)
{
	(void)unused;
	be_busy();
}

static bool is_busy(void *unused)
{
	(void)unused;
	return atomic_load_explicit(&hog.busy, memory_order_relaxed);
}

/* A thread of normal priority, or an interrupt that does not end. */
static bool occupy(unsigned int cpu, bool masked)
{
	struct cpumask there = cpumask_of(cpu);
	bool good;

	atomic_store_explicit(&hog.busy, false, memory_order_relaxed);
	atomic_store_explicit(&hog.over, false, memory_order_relaxed);
	if (masked) {
		hog.task = NULL;
		good = smp_call_function_single(cpu, keep_masked, NULL, false) == 0;
	} else {
		hog.task = task_run("hog", keep_busy, NULL, PRIO_NORMAL, &there);
		good = hog.task != NULL;
	}
	return result_check(good && wait_until(is_busy, NULL, patience_ns()),
			    "cpu %u does not get busy", cpu);
}

static void release(void)
{
	atomic_store_explicit(&hog.over, true, memory_order_relaxed);
	if (hog.task != NULL) {
		task_join(hog.task, NULL);
		hog.task = NULL;
	}
}

struct hearing {
	unsigned int cpu;
	uint64_t heard;
};

static bool has_heard(void *arg)
{
	const struct hearing *hearing = arg;

	return percpu_read(&cpu_data(hearing->cpu)->heard[IPI_RESCHEDULE]) >= hearing->heard;
}

/*
 * 'want' of them to 'cpu', none to anybody else; and 'polled' that needed no doorbell. What is to
 * come may take its time; for what must not come take_count() waits.
 */
static void compare_polled(const char *what, const struct count *before, unsigned int cpu,
			   uint64_t want, uint64_t polled)
{
	struct hearing hearing = {.cpu = cpu, .heard = before->heard[cpu] + want};
	struct count after;
	uint64_t sent;
	uint64_t heard;
	uint64_t elsewhere = 0;

	(void)wait_until(has_heard, &hearing, patience_ns());
	take_count(&after);
	sent = after.sent - before->sent;
	heard = after.heard[cpu] - before->heard[cpu];
	for (unsigned int other = 0; other < nr_cpu_ids(); other++) {
		elsewhere += other == cpu ? 0 : after.heard[other] - before->heard[other];
	}
	result_check(sent == want && heard == want && elsewhere == 0 &&
			     after.polled - before->polled == polled,
		     "%s: %lu reschedule IPIs sent, cpu %u heard %lu, %lu elsewhere; %lu wanted",
		     what, (unsigned long)sent, cpu, (unsigned long)heard, (unsigned long)elsewhere,
		     (unsigned long)want);
	printk("  %-32s %lu reschedule IPIs to cpu %u, %lu elsewhere\n", what, (unsigned long)sent,
	       cpu, (unsigned long)elsewhere);
}

static void compare(const char *what, const struct count *before, unsigned int cpu, uint64_t want)
{
	compare_polled(what, before, cpu, want, 0);
}

/* 'nr' sleepers of this priority are woken onto a CPU that a thread of normal priority has. */
static void check_busy(const char *what, unsigned int cpu, unsigned int nr, unsigned int prio,
		       uint64_t want)
{
	struct count before;

	if (!put_to_sleep(cpu, nr, prio) || !occupy(cpu, false)) {
		give_up("the scheduler does not get that far");
	}
	take_count(&before);
	wake_all();
	compare(what, &before, cpu, want);
	result_check(prio <= PRIO_NORMAL || wait_until(all_woken, NULL, patience_ns()),
		     "%s: it did not come first", what);
	result_check(prio >= PRIO_NORMAL || !all_woken(NULL), "%s: it came first", what);
	release();
	join_all(cpu);
}

static void check_idle(const char *what, unsigned int cpu, unsigned int nr, uint64_t want)
{
	struct count before;

	if (!put_to_sleep(cpu, nr, PRIO_NORMAL)) {
		give_up("the scheduler does not get that far");
	}
	take_count(&before);
	wake_all();
	compare(what, &before, cpu, want);
	join_all(cpu);
}

/* The CPU is idle, and cannot answer before all are woken. */
static void check_silent(unsigned int cpu)
{
	struct count before;

	if (!put_to_sleep(cpu, MOST_SLEEPERS, PRIO_NORMAL)) {
		give_up("the scheduler does not get that far");
	}
	take_count(&before);
	if (!occupy(cpu, true)) {
		give_up("a CPU does not do what it was given");
	}
	wake_all();
	release();
	compare("ten wake-ups before it answers", &before, cpu, 1);
	join_all(cpu);
}

static void nothing(void *unused)
{
	(void)unused;
}

struct poll {
	unsigned int cpu;
	uint64_t before;
};

static bool has_begun(void *arg)
{
	const struct poll *poll = arg;

	/* acquire: pairs with the release in poll() of kernel/idle.c */
	return atomic_load_explicit(&cpu_data(poll->cpu)->polls, memory_order_acquire) >
	       poll->before;
}

/* The CPU is idle, and polls until somebody wants it. */
static void check_polling(unsigned int cpu)
{
	struct poll poll = {.cpu = cpu};
	struct count before;

	if (!put_to_sleep(cpu, 1, PRIO_NORMAL)) {
		give_up("the scheduler does not get that far");
	}
	settle();
	(void)idle_set_poll(patience_ns());
	poll.before = percpu_read(&cpu_data(cpu)->polls);
	result_check(smp_call_function_single(cpu, nothing, NULL, true) == 0 &&
			     wait_until(has_begun, &poll, patience_ns()),
		     "cpu %u does not poll", cpu);
	take_count(&before);
	wake_all();
	compare_polled("polling CPU", &before, cpu, 0, 1);
	(void)idle_set_poll(0);
	crosscall_ignore(smp_call_function_single(cpu, nothing, NULL, true)); /* out of its poll */
	join_all(cpu);
}

static void check_rest(uint64_t ns)
{
	struct count before;
	struct count after;
	uint64_t ticks = 0;

	selfcheck_await_idle();
	take_count(&before);
	for (unsigned int cpu = 1; cpu < nr_cpu_ids(); cpu++) {
		ticks -= percpu_read(&cpu_data(cpu)->ticks);
	}
	(void)wait_until(never, NULL, ns);
	for (unsigned int cpu = 1; cpu < nr_cpu_ids(); cpu++) {
		ticks += percpu_read(&cpu_data(cpu)->ticks);
	}
	take_count(&after);
	result_check(after.sent == before.sent, "at rest: %lu reschedule IPIs",
		     (unsigned long)(after.sent - before.sent));
	result_check(ticks == 0, "at rest: %lu ticks on idle CPUs", (unsigned long)ticks);
	printk("  %-32s %lu reschedule IPIs and %lu ticks of other CPUs in %lu ms\n",
	       "everybody idle", (unsigned long)(after.sent - before.sent), (unsigned long)ticks,
	       (unsigned long)(ns / 1000000));
}

void selfcheck_rest(unsigned int seconds)
{
	check_rest(seconds * 1000000000ULL);
}

void selfcheck_wakeups(void)
{
	struct cpumask online;
	uint64_t polled;
	unsigned int cpu;

	cpumask_copy_online(&online);
	cpu = cpumask_next(cpumask_first(&online), &online);
	polled = idle_set_poll(0);
	check_idle("woken onto this CPU", this_cpu()->cpu, 1, 0);
	if (cpu >= CROSSCALL_NR_CPUS) {
		printk("  wake-ups across CPUs: need two\n");
		(void)idle_set_poll(polled);
		return;
	}
	check_busy("lower priority, busy CPU", cpu, 1, PRIO_LOW, 0);
	check_busy("higher priority, busy CPU", cpu, 1, PRIO_HIGH, 1);
	check_busy("two of the same, busy CPU", cpu, 2, PRIO_NORMAL, 1);
	check_idle("sleeping CPU", cpu, 1, 1);
	check_polling(cpu);
	check_silent(cpu);
	check_rest(SETTLE_NS);
	(void)idle_set_poll(polled);
}
