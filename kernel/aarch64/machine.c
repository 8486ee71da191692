/* SPDX-License-Identifier: MIT */
/* The clock, the timer, and the ways out: Arm DDI 0487, chapter D12 (the Generic Timer). */
#include <stddef.h>
#include <string.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/sysreg.h>

#include "kernel/aarch64/gic.h"
#include "kernel/aarch64/psci.h"
#include "kernel/aarch64/semihosting.h"
#include "kernel/aarch64/wait.h"
#include "kernel/arch.h"
#include "kernel/console.h"

#define NS_PER_S 1000000000UL

#define TIMER_ENABLE 1UL /* and its interrupt is not masked */
#define TIMER_OFF 0UL

const char arch_name[] = "aarch64";

/* The timers that EL1 has, as the binding arm,armv8-timer numbers them. */
enum timer_kind {
	TIMER_PHYSICAL = 1,
	TIMER_VIRTUAL = 2
};

static enum timer_kind timer;
static uint64_t frequency; /* ticks a second; 0 before arch_init() */
static uint64_t boot_ticks;

void arch_early_putc(char c)
{
	semihosting_putc(c);
}

/* The isb keeps the counter from being read before what comes earlier in the program. */
static uint64_t counter(void)
{
	isb();
	return timer == TIMER_VIRTUAL ? read_sysreg(cntvct_el0) : read_sysreg(cntpct_el0);
}

/* The virtual timer when the tree has its interrupt: it is EL1's own, whoever is above. */
static const char *take_timer(const struct dt *dt)
{
	int node = dt_find_compatible(dt, DT_NONE, "arm,armv8-timer");
	unsigned int intid;

	if (node == DT_NONE) {
		return "the device tree has no arm,armv8-timer";
	}
	if (!gic_in_tree(dt)) {
		return "the device tree has no GIC that this kernel knows";
	}
	if (gic_private_interrupt(dt, node, "virt", TIMER_VIRTUAL, &intid)) {
		timer = TIMER_VIRTUAL;
	} else if (gic_private_interrupt(dt, node, "phys", TIMER_PHYSICAL, &intid)) {
		timer = TIMER_PHYSICAL;
	} else {
		return "the device tree gives the timer no interrupt that EL1 could use";
	}
	if (!dt_u64(dt, node, "clock-frequency", &frequency)) {
		frequency = read_sysreg(cntfrq_el0);
	}
	gic_set_timer(intid);
	return frequency == 0 ? "the firmware left CNTFRQ_EL0 at 0" : NULL;
}

const char *arch_init(const struct dt *dt)
{
	psci_init(dt);
	const char *why = take_timer(dt);

	if (why == NULL) {
		boot_ticks = counter();
		gic_find(dt);
	}
	return why;
}

void arch_cpu_init(void)
{
	arch_timer_stop();
	wait_cpu_init(frequency);
	__asm__ volatile("msr daifclr, #4" : : : "memory"); /* system errors: reported at once */
}

uint64_t arch_clock_ns(void)
{
	if (frequency == 0) {
		return 0;
	}
	/* Seconds and the rest apart: ticks * NS_PER_S would overflow within minutes. */
	uint64_t ticks = counter() - boot_ticks;

	return ticks / frequency * NS_PER_S + ticks % frequency * NS_PER_S / frequency;
}

uint64_t arch_clock_hz(void)
{
	return frequency;
}

static void set_timer(uint64_t deadline, uint64_t control)
{
	if (timer == TIMER_VIRTUAL) {
		write_sysreg(deadline, cntv_cval_el0);
		write_sysreg(control, cntv_ctl_el0);
	} else {
		write_sysreg(deadline, cntp_cval_el0);
		write_sysreg(control, cntp_ctl_el0);
	}
	isb();
}

void arch_timer_set(uint64_t ns)
{
	uint64_t ticks = ns / NS_PER_S * frequency + ns % NS_PER_S * frequency / NS_PER_S;

	set_timer(counter() + ticks + 1, TIMER_ENABLE);
}

void arch_timer_stop(void)
{
	set_timer(~UINT64_C(0), TIMER_OFF);
}

void arch_exit(int status)
{
	local_irq_disable();
	semihosting_exit(status);
	psci_system_off();
	printk("crosscall: the machine cannot be powered off\n");
	for (;;) {
		wait_for_interrupt();
	}
}
