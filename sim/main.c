/* SPDX-License-Identifier: MIT */
/* sim-conform: the conformance suite on the host machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/options.h"
#include "sim/sim.h"
#include "tests/conform/conform.h"

#define TICKS_PER_CHECK 500
#define FETCH_NS UINT64_C(10000000000)

static const struct doorbell *doorbell;
static struct sim_options options;
static _Atomic bool device_off;
/* CPUs that have come online. One may have been stopped again before the last has looked. */
static _Atomic unsigned int nr_came;

/* ---- what this machine does on each kind ---- */

#define NOTED_KIND(name, kind)                                                                     \
	static void name(struct pt_regs *regs)                                                     \
	{                                                                                          \
		(void)regs;                                                                        \
		conform_note_ipi(kind);                                                            \
	}

NOTED_KIND(on_reschedule, IPI_RESCHEDULE)
NOTED_KIND(on_timer, IPI_TIMER)
NOTED_KIND(on_backtrace, IPI_CPU_BACKTRACE)
NOTED_KIND(on_user, IPI_FIRST_USER)
NOTED_KIND(on_user_1, IPI_FIRST_USER + 1)

/* The address in the mailbox: back into the handler that parked. */
static void resume(void)
{
}

/* Only a crash leaves the CPU online. */
static void on_stop(struct pt_regs *regs)
{
	(void)regs;
	if (cpu_online(port_smp_processor_id())) {
		sim_die();
	}
	smp_park(sim_sleep)();
}

static const struct ipi_ops ops = {
	.handler[IPI_RESCHEDULE] = on_reschedule,
	.handler[IPI_CPU_STOP] = on_stop,
	.handler[IPI_CPU_CRASH_STOP] = conform_note_crash,
	.handler[IPI_TIMER] = on_timer,
	.handler[IPI_FIRST_USER + 1] = on_user_1,
	.handler[IPI_CPU_BACKTRACE] = on_backtrace,
	.handler[IPI_FIRST_USER] = on_user,
	.report = conform_note_report,
};

static uint32_t noted_kinds(void)
{
	uint32_t kinds = 0;

	for (unsigned int kind = 0; kind < NR_IPI; kind++) {
		if (ops.handler[kind] != NULL && kind != IPI_CPU_STOP &&
		    kind != IPI_CPU_CRASH_STOP) {
			kinds |= UINT32_C(1) << kind;
		}
	}
	return kinds;
}

/* ---- bring-up ---- */

static void die(const char *what, int err)
{
	(void)fprintf(stderr, "sim-conform: %s: error %d\n", what, err);
	exit(1);
}

static void boot(void)
{
	size_t size = CROSSCALL_MEMORY_SIZE(options.cpus);
	void *memory = aligned_alloc(CROSSCALL_CACHE_LINE, size);
	int err = crosscall_init(options.cpus, memory, size, &ops);

	if (err != 0) {
		die("crosscall_init", err);
	}
	err = options.direct ? sim_direct_init(&doorbell) : sim_mux_init(&doorbell);
	if (err != 0) {
		die("the doorbell", err);
	}
	err = set_smp_ipi_range(doorbell->base_irq, doorbell->nr_irqs);
	if (err != 0) {
		die("set_smp_ipi_range", err);
	}
	sim_boot(doorbell);
}

/* On each CPU, masked. */
static void bring_up(void)
{
	int err = doorbell->cpu_init();

	if (err == 0) {
		err = smp_cpu_starting();
	}
	if (err != 0) {
		die("bring-up of a CPU", err);
	}
	/* relaxed: who counts it looks at the online CPUs */
	atomic_fetch_add_explicit(&nr_came, 1, memory_order_relaxed);
}

static void secondary(void)
{
	bring_up();
	while (atomic_load_explicit(&nr_came, memory_order_relaxed) < options.cpus) {
		sim_pause();
	}
	port_local_irq_restore(1);
	conform_worker();
}

/* ---- the device: late rings, and the clock that ends a suite in which every CPU is stuck ---- */

static void *run_device(void *arg)
{
	unsigned int turn = 0;

	(void)arg;
	while (!atomic_load_explicit(&device_off, memory_order_relaxed)) {
		sim_late_rings();
		if (++turn % TICKS_PER_CHECK == 0) {
			conform_tick();
		}
		(void)usleep(200);
	}
	return NULL;
}

static void put_line(const char *line)
{
	(void)puts(line);
}

static void give_up(void)
{
	(void)fflush(stdout);
	_exit(1);
}

/* Who is stopped is fetched: its thread has to end. */
static void fetch_stopped(void)
{
	uint64_t end = port_clock_ns() + FETCH_NS;

	for (unsigned int cpu = 0; cpu < options.cpus; cpu++) {
		while (!cpu_online(cpu)) {
			crosscall_ignore(smp_unpark(cpu, resume, FETCH_NS));
			if (port_clock_ns() > end) {
				(void)fprintf(stderr, "sim-conform: CPU %u does not come back\n",
					      cpu);
				give_up();
			}
			sim_pause();
		}
	}
}

static int run_suite(void)
{
	static struct conform_machine machine; /* workers may look at it once more */

	machine = (struct conform_machine){
		.name = "sim",
		.doorbell = doorbell,
		.kinds = noted_kinds(),
		.empty_kind = NR_IPI - 1,
		.coalesces = !options.direct,
		.can_stop = true,
		.own_tlb = true,
		.put_line = put_line,
		.pause = sim_pause,
		.catch_panic = sim_catch_panic,
		.catch_crash = sim_catch_crash,
		.revive = sim_revive,
		.refuse = sim_refuse,
		.lose = sim_lose,
		.give_up = give_up,
	};
	pthread_t device;
	int err = pthread_create(&device, NULL, run_device, NULL);

	if (err != 0) {
		die("the device's thread", err);
	}
	int failed = conform_run(&machine, &options.suite);

	atomic_store_explicit(&device_off, true, memory_order_relaxed);
	(void)pthread_join(device, NULL);
	return failed;
}

int main(int argc, char **argv)
{
	int err = sim_parse_options(&options, argc, argv);

	if (err != 0) {
		return err;
	}
	sim_faults = options.faults;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	boot();
	bring_up();
	err = sim_start(options.cpus, secondary);
	if (err != 0) {
		(void)fprintf(stderr, "sim-conform: only %u threads can be started: %s\n",
			      sim_nr_cpus, strerror(err));
		_exit(1);
	}
	while (num_online_cpus() < options.cpus) {
		sim_pause();
	}
	port_local_irq_restore(1);
	int failed = run_suite();

	fetch_stopped();
	sim_join();
	return failed == 0 ? 0 : 1;
}
