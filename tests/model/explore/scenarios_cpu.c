/* SPDX-License-Identifier: MIT */
/* A CPU's life: online, kinds registered meanwhile, the crash stop, the mailbox. */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "tests/model/explore/explore.h"

static unsigned int ready;	       /* stored by CPU 2 before others may know it */
static unsigned int payload[MAX_CPUS]; /* stored by CPU i before it sends */
static unsigned int runs;
static int result[MAX_CPUS] = {1, 1, 1}; /* 0 or an error; 1: not made */

/* ---- online ---- */

static void start(void)
{
	ready = 1;
	machine_start_cpu();
}

static void wait_online(void)
{
	while (!cpu_online(2)) {
		port_cpu_relax();
	}
	expect(ready == 1, "online, but not ready");
}

static void copy_online(void)
{
	struct cpumask online;

	cpumask_copy_online(&online);
	expect(!cpumask_test_cpu(2, &online) || ready == 1, "online, but not ready");
}

static void check_online(void)
{
	expect(cpu_online(2), "the CPU is not online");
}

/* ---- a kind that is registered while a CPU comes online ---- */

#define NEW_KIND (IPI_FIRST_USER + 2) /* the first that explore_ops leaves free */

static void new_kind(struct pt_regs *regs)
{
	(void)regs;
	expect(payload[0] == 1, "the handler does not see what its owner prepared");
	runs++;
}

static void register_and_send(void)
{
	struct cpumask mask = cpumask_of(2);

	payload[0] = 1;
	expect(ipi_register_kind("new", new_kind) == NEW_KIND, "ipi_register_kind");
	result[0] = smp_cross_call(&mask, NEW_KIND, NULL);
}

/* It knows the number, but has not been told that the kind is there. */
static void name_and_send(void)
{
	struct cpumask mask = cpumask_of(2);

	expect(ipi_name(NEW_KIND)[0] != '\0', "a kind without a name");
	result[1] = smp_cross_call(&mask, NEW_KIND, NULL);
}

/* Two sends may be one. */
static void check_registered(void)
{
	expect((runs != 0) == (result[0] == 0 || result[1] == 0),
	       "a kind that was sent is not heard");
}

/* ---- crash stop ---- */

static unsigned int saved[MAX_CPUS];

static void save(void)
{
	saved[port_smp_processor_id()] = 1;
}

static void set_on_crash(void)
{
	on_crash = save;
}

static void crash(void)
{
	unsigned int self = port_smp_processor_id();
	struct cpumask silent;

	save();
	result[self] = smp_send_crash_stop(1, &silent);
	if (result[self] != 0) {
		expect(result[self] == -EBUSY, "smp_send_crash_stop");
		schedule_park();
	}
	expect(cpumask_empty(&silent), "a CPU is silent");
	expect(saved[0] == 1 && saved[1] == 1 && saved[2] == 1, "registers that are not there");
}

static void check_crash(void)
{
	expect((result[0] == 0) != (result[1] == 0), "not one CPU is elected");
}

/* ---- the mailbox ---- */

static unsigned int gone[2];
static _Atomic unsigned int awake; /* CPU 2 has left its mailbox for good */
static unsigned int slept;	   /* by CPU 2, before it took an address */

static void go_0(void)
{
	gone[0]++;
	expect(payload[0] == 1, "the woken CPU does not see what its waker prepared");
}

static void go_1(void)
{
	gone[1]++;
	expect(payload[1] == 1, "the woken CPU does not see what its waker prepared");
}

static void doze(void)
{
	slept++;
	machine_sleep();
}

static void park(void)
{
	unsigned long state = port_local_irq_save();

	ready = 1;
	machine_init_doorbell();
	smp_park(doze)();
	port_local_irq_restore(state);
	atomic_store_explicit(&awake, 1, memory_order_relaxed);
}

static void fetch(void)
{
	static const smp_park_entry_t go[] = {go_0, go_1};
	unsigned int self = port_smp_processor_id();

	while (!smp_is_parked(2)) {
		if (atomic_load_explicit(&awake, memory_order_relaxed) != 0) {
			return;
		}
		port_cpu_relax();
	}
	expect(ready == 1, "parked, but not ready");
	payload[self] = 1;
	result[self] = smp_unpark(2, go[self], 1);
	if (result[self] == 0) {
		slept = 0; /* the acknowledgement is the last that the mailbox's owner does */
	}
}

static void check_mailbox(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		expect(gone[i] == (result[i] == 0 ? 1U : 0U),
		       result[i] == 0 ? "acknowledged, but not gone"
				      : "gone without an acknowledgement");
	}
}

const struct scenario cpu_scenarios[] = {
	{.name = "cpu: coming online",
	 .nr_cpus = 3,
	 .offline = 4,
	 .cpu = {wait_online, copy_online, start},
	 .check = check_online},
	{.name = "cpu: a kind registered meanwhile",
	 .nr_cpus = 3,
	 .offline = 4,
	 .cpu = {register_and_send, name_and_send, machine_start_cpu},
	 .check = check_registered},
	{.name = "crash: two CPUs at once",
	 .nr_cpus = 3,
	 .setup = set_on_crash,
	 .cpu = {crash, crash, NULL},
	 .check = check_crash},
	{.name = "park: two wakers",
	 .nr_cpus = 3,
	 .time_jumps = 1,
	 .preemptions = 1,
	 .offline = 4,
	 .cpu = {fetch, fetch, park},
	 .check = check_mailbox},
	{0},
};
