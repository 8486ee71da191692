/* SPDX-License-Identifier: MIT */
#include "kernel/hotplug.h"

#include <crosscall/cpu.h>
#include <crosscall/parking.h>
#include <crosscall/resched.h>
#include <crosscall/stop.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/bringup.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/sched/sched.h"
#include "kernel/secondary.h"

static _Atomic uint32_t shutting_down;

static bool is_off(void *arg)
{
	const struct percpu *cpu = arg;

	return arch_cpu_power(cpu->hwid) == CPU_POWER_OFF;
}

static bool is_vacated(void *arg)
{
	const struct percpu *cpu = arg;

	return sched_is_vacated(cpu->cpu);
}

static bool is_parked(void *arg)
{
	const struct percpu *cpu = arg;

	return smp_is_parked(cpu->cpu);
}

/* Online, and with park= also through its test of the doorbell. */
static bool is_running(void *arg)
{
	const struct percpu *cpu = arg;

	/* Acquire, paired with the release in set_state(). */
	return cpu_online(cpu->cpu) &&
	       atomic_load_explicit(&cpu->state, memory_order_acquire) == CPU_RUNNING;
}

/* Takes the request back. False: the CPU has taken it before, and is on its way. */
static bool withdraw(struct percpu *data)
{
	/* Relaxed: this exchange and the CPU's own decide only which of them was first. */
	if (atomic_exchange_explicit(&data->leaving, 0, memory_order_relaxed) == 0) {
		return false;
	}
	sched_activate(data->cpu);
	return true;
}

/* Why it did not go, or null. What is said of a CPU stays true: it does not leave later. */
static const char *await_off(struct percpu *data)
{
	if (wait_until(is_off, data, patience_ns())) {
		return NULL;
	}
	if (withdraw(data)) {
		return "did not leave";
	}
	return wait_until(is_off, data, patience_ns()) ? NULL : "leaves, but does not get off";
}

const char *cpu_down(unsigned int cpu)
{
	struct percpu *data = cpu_data(cpu);

	if (data == &boot_percpu) {
		return "the boot CPU runs the console";
	}
	if (!cpu_online(cpu)) {
		return "is not online";
	}
	if (!arch_cpu_comes_back(data->hwid)) {
		return cpu_stop_one(cpu);
	}
	sched_deactivate(cpu);
	/* Release, paired with the acquire in hotplug_leave_if_asked(). */
	atomic_store_explicit(&data->leaving, 1, memory_order_release);

	int error = resched_cpu(cpu);

	/* A CPU that has seen the flag by itself may be on its way, its doorbell gone too. */
	if (error != 0 && withdraw(data)) {
		return "cannot be rung";
	}
	return await_off(data);
}

const char *cpu_up(unsigned int cpu)
{
	struct percpu *data = cpu_data(cpu);

	if (cpu_online(cpu)) {
		return "is online";
	}
	if (smp_is_parked(cpu)) {
		return arch_cpu_comes_back(data->hwid) ? "is stopped: start fetches it"
						       : cpu_restart(cpu);
	}
	if (arch_cpu_power(data->hwid) != CPU_POWER_OFF) {
		return "is not off, says the firmware";
	}
	return bringup_again(data);
}

void hotplug_leave_if_asked(void)
{
	/* Acquire, paired with the release in cpu_down(). */
	if (atomic_exchange_explicit(&this_cpu()->leaving, 0, memory_order_acquire) == 0) {
		return;
	}
	sched_vacate_if_asked();
	local_irq_disable();
	(void)smp_cpu_dying();
	doorbell()->cpu_exit();
	arch_cpu_park();
}

const char *cpu_freeze(unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);

	if (smp_send_stop_mask(&mask, patience_ns(), NULL) != 0) {
		return "did not stop";
	}
	return wait_until(is_parked, cpu_data(cpu), patience_ns()) ? NULL : "did not park";
}

const char *cpu_stop_one(unsigned int cpu)
{
	const char *why = "does not give up its threads";

	if (cpu_data(cpu) == this_cpu()) {
		return "runs the console";
	}
	if (!cpu_online(cpu)) {
		return "is not online";
	}
	sched_deactivate(cpu);
	if (wait_until(is_vacated, cpu_data(cpu), patience_ns())) {
		why = cpu_freeze(cpu);
	}
	if (why != NULL) {
		sched_activate(cpu);
	}
	return why;
}

/* The address in the mailbox: back into the interrupt handler that parked. */
static void resume(void)
{
}

const char *cpu_thaw(unsigned int cpu)
{
	if (!smp_is_parked(cpu)) {
		return "is not stopped";
	}
	if (smp_unpark(cpu, resume, patience_ns()) != 0) {
		return "did not take the address from its mailbox";
	}
	return wait_until(is_running, cpu_data(cpu), patience_ns()) ? NULL : "did not come back";
}

const char *cpu_restart(unsigned int cpu)
{
	const char *why = cpu_thaw(cpu);

	if (why == NULL) {
		sched_activate(cpu);
	}
	return why;
}

void hotplug_sleep(void)
{
	wait_for_interrupt();
	/* One of park= sleeps here from bring-up on, when none takes interrupts: bringup.h. */
	if (secondary_is_released()) {
		local_irq_enable();
		local_irq_disable();
	}
}

void hotplug_begin_shutdown(void)
{
	atomic_store_explicit(&shutting_down, 1, memory_order_relaxed);
	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		if (smp_is_parked(cpu)) {
			/* One that does not come shows as not off. */
			crosscall_ignore(smp_unpark(cpu, arch_cpu_park, patience_ns()));
		}
	}
}

bool hotplug_is_shutdown(void)
{
	return atomic_load_explicit(&shutting_down, memory_order_relaxed) != 0;
}
