/* SPDX-License-Identifier: MIT */
#include "kernel/secondary.h"

#include <crosscall/cpu.h>
#include <crosscall/parking.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/bringup.h"
#include "kernel/churn.h"
#include "kernel/conform.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/params.h"
#include "kernel/sched/sched.h"
#include "kernel/timer.h"

static _Atomic uint32_t released;

/* Release, paired with the boot CPU's acquire in state_of(). */
static void set_state(enum cpu_state state)
{
	atomic_store_explicit(&this_cpu()->state, state, memory_order_release);
}

static uint32_t get_state(void)
{
	return atomic_load_explicit(&this_cpu()->state, memory_order_relaxed);
}

/* The address in the mailbox sends it on here: hotplug.h. */
static void park(void)
{
	set_state(CPU_PARKED);
	smp_park(hotplug_sleep)();
}

void secondary_go_online(void)
{
	int error = doorbell()->cpu_init();

	if (error == 0 && bringup_is_to_park(this_cpu()->cpu)) {
		park();
	}

	if (error == 0) {
		error = smp_cpu_starting();
	}
	set_state(error == 0 ? CPU_LISTENING : CPU_BROKEN);
}

static bool heard_ping(void *arg)
{
	return percpu_read(&this_cpu()->heard[IPI_PING]) > *(const uint64_t *)arg;
}

/* Each CPU prints its own, all about at once: the console has to keep them apart. */
static void print_line(void)
{
	struct percpu *self = this_cpu();
	unsigned long us = (unsigned long)(self->arrived_ns - self->start_ns) / 1000;

	if (self->introduced) {
		return; /* only the first time: hotplug says itself what it did */
	}
	self->introduced = true;
	if (self->cpu == 0) {
		printk("cpu 0: %s %lu, doorbell %s, the boot CPU\n", arch_hwid_name,
		       (unsigned long)self->hwid.id, doorbell()->name);
	} else {
		printk("cpu %u: %s %lu, doorbell %s, up in %lu us\n", self->cpu, arch_hwid_name,
		       (unsigned long)self->hwid.id, doorbell()->name, us);
	}
}

/* Enables interrupts, and trusts the doorbell only after this CPU has heard it. */
static void run(void)
{
	struct cpumask self = cpumask_of(this_cpu()->cpu);
	uint64_t before = percpu_read(&this_cpu()->heard[IPI_PING]);

	if (get_state() != CPU_LISTENING) {
		return;
	}
	local_irq_enable();
	if (smp_cross_call(&self, IPI_PING, NULL) == 0 &&
	    wait_until(heard_ping, &before, patience_ns())) {
		print_line();
		set_state(CPU_RUNNING);
		return;
	}
	local_irq_disable();
	(void)smp_cpu_dying();
	set_state(CPU_DEAF);
}

void secondary_release(void)
{
	struct cpumask others;

	/* Release, paired with the acquire in secondary_is_released(). */
	atomic_store_explicit(&released, 1, memory_order_release);
	cpumask_copy_online(&others);
	cpumask_clear_cpu(this_cpu()->cpu, &others);
	/* A CPU that cannot be rung is named as one that was not released. */
	crosscall_ignore(smp_cross_call(&others, IPI_RESCHEDULE, NULL));
	run();
}

bool secondary_is_released(void)
{
	/* Acquire, paired with the release in secondary_release(). */
	return atomic_load_explicit(&released, memory_order_acquire) != 0;
}

/*
 * The IPI is pending, not taken: interrupts are masked. It ends the sleep, also if it came before
 * it.
 */
static void wait_for_release(void)
{
	while (!secondary_is_released()) {
		wait_for_interrupt();
	}
}

/* False when the boot CPU has given this one up. */
static bool arrive(void)
{
	uint32_t state = CPU_STARTING;

	this_cpu()->arrived_ns = arch_clock_ns();
	/* Relaxed: decides only who of the two was first. */
	return atomic_compare_exchange_strong_explicit(&this_cpu()->state, &state, CPU_ARRIVED,
						       memory_order_relaxed, memory_order_relaxed);
}

static bool come_up(void)
{
	if (!arrive()) {
		return false;
	}
	secondary_go_online();
	if (get_state() != CPU_LISTENING) {
		return false;
	}
	wait_for_release();
	run();
	return get_state() == CPU_RUNNING;
}

void idle_loop(void)
{
	for (;;) {
		sched_vacate_if_asked();
		hotplug_leave_if_asked();
		if (!churn_turn()) {
			newidle_balance();
			idle(0);
		}
	}
}

void secondary_main(void)
{
	arch_cpu_init();
	timer_cpu_init(); /* arch_cpu_init() has stopped it */
	if (!come_up()) {
		arch_cpu_park();
	}
	if (params.conform) {
		conform_worker();
	}
	sched_activate(this_cpu()->cpu);
	idle_loop();
}
