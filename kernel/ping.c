/* SPDX-License-Identifier: MIT */
#include "kernel/ping.h"

#include <stdlib.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"

#define CTRL_C 0x03

/*
 * A pong is seen at once by spinning; one that takes longer waits for the host's processor anyway.
 */
#define SPIN_NS 1000000ULL

static uint64_t samples[PING_MOST];

struct pong {
	const struct percpu *cpu;
	uint64_t before;
};

static bool has_come(void *arg)
{
	const struct pong *pong = arg;

	return percpu_read(&pong->cpu->heard[IPI_PING]) > pong->before;
}

static bool await(struct pong *pong, uint64_t start)
{
	while (arch_clock_ns() - start < SPIN_NS) {
		if (has_come(pong)) {
			return true;
		}
		cpu_relax();
	}
	return wait_until(has_come, pong, patience_ns());
}

/* Nanoseconds; 0 when it failed, which has been said. */
static uint64_t ping_once(unsigned int cpu)
{
	struct cpumask mask = cpumask_of(cpu);
	struct pong pong = {.cpu = cpu_data(cpu)};
	uint64_t start;
	int error;

	pong.before = percpu_read(&pong.cpu->heard[IPI_PING]);
	start = arch_clock_ns();
	error = smp_cross_call(&mask, IPI_PING, NULL);
	if (error != 0) {
		printk("cpu %u: error %d\n", cpu, error);
		return 0;
	}
	if (!await(&pong, start)) {
		printk("cpu %u: does not answer\n", cpu);
		return 0;
	}
	/* The clock may be coarser than a round trip. */
	return arch_clock_ns() - start + 1;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_us(const char *name, uint64_t ns)
{
	printk("%s %lu.%lu us", name, (unsigned long)ns / 1000, (unsigned long)ns % 1000 / 100);
}

static void print_samples(unsigned int cpu, unsigned int nr)
{
	unsigned long state = console_lock();

	qsort(samples, nr, sizeof(samples[0]), compare);
	printk("cpu %u: %u round trips, ", cpu, nr);
	print_us("least", samples[0]);
	print_us(", median", samples[nr / 2]);
	print_us(", most", samples[nr - 1]);
	console_write("\n");
	console_unlock(state);
}

/* False when it was stopped. */
static bool ping_cpu(unsigned int cpu, unsigned int count)
{
	unsigned int nr = 0;
	bool stopped = false;

	while (nr < count && !stopped) {
		samples[nr] = ping_once(cpu);
		if (samples[nr] == 0) {
			return true;
		}
		nr++;
		stopped = console_getc() == CTRL_C;
	}
	print_samples(cpu, nr);
	return !stopped;
}

void ping_cpus(const struct cpumask *mask, unsigned int count)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		if (!ping_cpu(cpu, count)) {
			printk("^C\n");
			return;
		}
	}
}
