/* SPDX-License-Identifier: MIT */
/* The clock, the timer, and the ways out. */
#include <asm/cpu.h>
#include <asm/csr.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/sbi.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/riscv64/mmu.h"
#include "kernel/riscv64/wait.h"

#define SBI_LEGACY_PUTCHAR 1UL
#define TIME_SET_TIMER 0UL
#define TIMER_NEVER (~0UL)
#define SRST_RESET 0UL
#define SRST_SHUTDOWN 0UL
#define SRST_NO_REASON 0UL
#define SRST_FAILURE 1UL

/*
 * The test device: QEMU, hw/misc/sifive_test.c; its low half is the order, the high half the
 * status.
 */
#define TEST_PASS 0x5555U
#define TEST_FAIL 0x3333U
#define TEST_IO_SIZE 0x1000U

#define NS_PER_S 1000000000UL

const char arch_name[] = "riscv64";

static uint64_t timebase; /* ticks a second; 0 before arch_init() */
static uint64_t boot_ticks;
static void *test_device;

void arch_early_putc(char c)
{
	sbi_ecall(SBI_LEGACY_PUTCHAR, 0, (unsigned char)c, 0, 0);
}

static void find_test_device(const struct dt *dt)
{
	uint64_t address;
	int node = dt_find_compatible(dt, DT_NONE, "sifive,test0");

	if (dt_enabled(dt, node) && dt_reg(dt, node, 0, &address, NULL)) {
		test_device = arch_map_io(address, TEST_IO_SIZE);
	}
}

const char *arch_init(const struct dt *dt)
{
	int cpus = dt_find_path(dt, "/cpus");

	find_test_device(dt);
	wait_init(dt);
	if (!sbi_probe_extension(SBI_EXT_TIME)) {
		return "the firmware has no TIME extension";
	}
	if (!dt_u64(dt, cpus, "timebase-frequency", &timebase) || timebase == 0) {
		return "the device tree has no usable timebase-frequency";
	}
	boot_ticks = csr_read(time);
	return mmu_build_boot_map(dt);
}

void arch_cpu_init(void)
{
	mmu_on();
	arch_timer_stop();
	csr_set(sie, SIE_STIE);
}

uint64_t arch_clock_ns(void)
{
	uint64_t ticks;

	if (timebase == 0) {
		return 0;
	}
	/* Seconds and the rest apart: ticks * NS_PER_S would overflow within half an hour. */
	ticks = csr_read(time) - boot_ticks;
	return ticks / timebase * NS_PER_S + ticks % timebase * NS_PER_S / timebase;
}

uint64_t arch_clock_hz(void)
{
	return timebase;
}

static void set_timer(uint64_t ticks)
{
	sbi_ecall(SBI_EXT_TIME, TIME_SET_TIMER, ticks, 0, 0);
}

void arch_timer_set(uint64_t ns)
{
	uint64_t ticks = ns / NS_PER_S * timebase + ns % NS_PER_S * timebase / NS_PER_S;

	set_timer(csr_read(time) + ticks + 1);
}

void arch_timer_stop(void)
{
	set_timer(TIMER_NEVER);
}

void arch_exit(int status)
{
	local_irq_disable();
	if (test_device != NULL) {
		write32(test_device,
			status == 0 ? TEST_PASS : (uint32_t)(status & 0xffff) << 16 | TEST_FAIL);
	}
	sbi_ecall(SBI_EXT_SRST, SRST_RESET, SRST_SHUTDOWN,
		  status == 0 ? SRST_NO_REASON : SRST_FAILURE, 0);
	printk("crosscall: the machine cannot be powered off\n");
	for (;;) {
		wait_for_interrupt();
	}
}
