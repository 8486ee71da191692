/* SPDX-License-Identifier: MIT */
/* Functions on other CPUs in thread context, by polled mailboxes; and waiting with a limit. */
#include "tests/conform/suite.h"

/* A few turns without sleeping first: most answers come at once. */
#define SPIN_TURNS 200

/* How long an idle worker looks at its word before it sleeps. */
#define POLL_TURNS 50

struct mailbox {
	_Alignas(CROSSCALL_CACHE_LINE) void (*_Atomic fn)(void *);
	void *arg;
	_Atomic uint32_t busy;
	_Atomic uint32_t held; /* 1: wanted or reached, 0: let go */
};

enum phase {
	NOT_YET,
	RUNNING,
	OVER,
};

static struct mailbox boxes[CROSSCALL_NR_CPUS];
static _Atomic uint32_t phase;
static _Atomic uint64_t deadline;
static _Atomic(const char *) awaited;
static atomic_bool may_poll;

unsigned int cpus[CROSSCALL_NR_CPUS];
unsigned int nr_cpus;
struct cpumask cpu_set;

void workers_init(void)
{
	unsigned int self = port_smp_processor_id();
	unsigned int cpu;

	cpumask_copy_online(&cpu_set);
	nr_cpus = 0;
	cpus[nr_cpus++] = self;
	for_each_cpu(cpu, &cpu_set) {
		if (cpu != self) {
			cpus[nr_cpus++] = cpu;
		}
	}
	/* release: pairs with the acquire in conform_worker(): 'machine' and 'options' are set */
	atomic_store_explicit(&phase, RUNNING, memory_order_release);
}

void workers_end(void)
{
	/* release: pairs with the acquire in conform_worker() */
	atomic_store_explicit(&phase, OVER, memory_order_release);
}

void progress(void)
{
	/* relaxed: a moment in time orders nothing */
	atomic_store_explicit(&deadline, port_clock_ns() + options.limit_ns, memory_order_relaxed);
}

void conform_tick(void)
{
	/* acquire: pairs with the release in workers_init() */
	if (atomic_load_explicit(&phase, memory_order_acquire) == RUNNING &&
	    port_clock_ns() > atomic_load_explicit(&deadline, memory_order_relaxed)) {
		const char *what = atomic_load_explicit(&awaited, memory_order_relaxed);

		bail_out(what != NULL ? what : "a function of the library to return");
	}
}

/*
 * Polls, every other time with interrupts enabled between two looks. *turn counts the worker's idle
 * turns.
 */
static void poll_idly(unsigned int turn)
{
	unsigned long state = port_local_irq_save();

	(void)smp_idle_poll_enter();
	for (unsigned int i = 0; i < POLL_TURNS && !smp_idle_poll_wanted(); i++) {
		if ((turn & 1) != 0) {
			port_local_irq_restore(state);
			port_cpu_relax();
			(void)port_local_irq_save();
		} else {
			port_cpu_relax();
		}
	}
	(void)smp_idle_poll_leave();
	port_local_irq_restore(state);
}

void conform_worker(void)
{
	struct mailbox *box = &boxes[port_smp_processor_id()];
	unsigned int turn = 0;

	/* acquire: pairs with the release in workers_init() */
	while (atomic_load_explicit(&phase, memory_order_acquire) == NOT_YET) {
		port_cpu_relax();
	}
	/* acquire: pairs with the release in workers_end() */
	while (atomic_load_explicit(&phase, memory_order_acquire) != OVER) {
		/* acquire: pairs with the release in start_on() */
		void (*fn)(void *) = atomic_load_explicit(&box->fn, memory_order_acquire);

		if (fn == NULL) {
			conform_tick();
			/* relaxed: no_polling() orders by its functions */
			if (atomic_load_explicit(&may_poll, memory_order_relaxed)) {
				poll_idly(turn++);
			}
			machine->pause();
			continue;
		}
		/* relaxed: the next function is posted only after 'busy' is zero */
		atomic_store_explicit(&box->fn, NULL, memory_order_relaxed);
		fn(box->arg);
		/* release: what fn stored; pairs with the acquire in finish_on() */
		atomic_store_explicit(&box->busy, 0, memory_order_release);
	}
}

void start_on(unsigned int cpu, void (*fn)(void *), void *arg)
{
	struct mailbox *box = &boxes[cpu];

	progress();
	if (cpu == COORDINATOR) {
		fn(arg);
		return;
	}
	box->arg = arg;
	atomic_store_explicit(&box->busy, 1, memory_order_relaxed);
	/* release: pairs with the acquire in conform_worker() */
	atomic_store_explicit(&box->fn, fn, memory_order_release);
}

void finish_on(unsigned int cpu)
{
	progress();
	/* acquire: pairs with the release in conform_worker() */
	while (atomic_load_explicit(&boxes[cpu].busy, memory_order_acquire) != 0) {
		poll_turn("a CPU to finish its part");
	}
}

void run_on(unsigned int cpu, void (*fn)(void *), void *arg)
{
	start_on(cpu, fn, arg);
	finish_on(cpu);
}

void run_on_all(void (*fn)(void *), void *arg)
{
	for (unsigned int i = 1; i < nr_cpus; i++) {
		start_on(cpus[i], fn, arg);
	}
	fn(arg);
	for (unsigned int i = 1; i < nr_cpus; i++) {
		finish_on(cpus[i]);
	}
}

static void nothing(void *arg)
{
	(void)arg;
}

void meet(void)
{
	for (unsigned int i = 1; i < nr_cpus; i++) {
		if (cpu_online(cpus[i])) {
			run_on(cpus[i], nothing, NULL);
		}
	}
}

void allow_polling(void)
{
	atomic_store_explicit(&may_poll, true, memory_order_relaxed);
}

void no_polling(void)
{
	atomic_store_explicit(&may_poll, false, memory_order_relaxed);
	meet();
}

unsigned int nr_targets(void)
{
	unsigned int few = 256 / nr_cpus;

	if (nr_cpus <= 16) {
		return nr_cpus;
	}
	return few < 2 ? 2 : few;
}

static void stay_masked(void *arg)
{
	struct mailbox *box = arg;
	unsigned long state = port_local_irq_save();

	/* release: interrupts are masked; pairs with the acquire in hold() */
	atomic_store_explicit(&box->held, 1, memory_order_release);
	/* acquire: pairs with the release in unhold() */
	while (atomic_load_explicit(&box->held, memory_order_acquire) != 0) {
		port_cpu_relax();
	}
	port_local_irq_restore(state);
}

void hold(unsigned int cpu)
{
	start_on(cpu, stay_masked, &boxes[cpu]);
	/* acquire: pairs with the release in stay_masked() */
	while (atomic_load_explicit(&boxes[cpu].held, memory_order_acquire) == 0) {
		poll_turn("a CPU to mask its interrupts");
	}
}

void let_unmask(unsigned int cpu)
{
	/* release: pairs with the acquire in stay_masked() */
	atomic_store_explicit(&boxes[cpu].held, 0, memory_order_release);
}

void unhold(unsigned int cpu)
{
	let_unmask(cpu);
	finish_on(cpu);
}

void poll_turn(const char *what)
{
	machine->pause();
	atomic_store_explicit(&awaited, what, memory_order_relaxed);
	conform_tick();
	atomic_store_explicit(&awaited, NULL, memory_order_relaxed);
}

void wait_for(const _Atomic uint64_t *counter, uint64_t value, const char *what)
{
	progress();
	for (unsigned int turn = 0; turn < SPIN_TURNS; turn++) {
		/* acquire: what the counting CPU stored before it counted */
		if (atomic_load_explicit(counter, memory_order_acquire) >= value) {
			return;
		}
		port_cpu_relax();
	}
	while (atomic_load_explicit(counter, memory_order_acquire) < value) {
		poll_turn(what);
	}
}

void settle(void)
{
	uint64_t end = port_clock_ns() + 20000000;

	progress();
	while (port_clock_ns() < end) {
		machine->pause();
	}
}

void burn_us(unsigned int us)
{
	uint64_t end = port_clock_ns() + us * UINT64_C(1000);

	while (port_clock_ns() < end) {
		port_cpu_relax();
	}
}
