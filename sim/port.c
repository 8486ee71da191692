/* SPDX-License-Identifier: MIT */
/* The six hooks on the host machine. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/sim.h"

unsigned int port_smp_processor_id(void)
{
	return sim_this_cpu()->nr;
}

unsigned long port_local_irq_save(void)
{
	struct sim_cpu *cpu = sim_this_cpu();
	bool was_masked = atomic_load_explicit(&cpu->masked, memory_order_relaxed);

	atomic_store_explicit(&cpu->masked, true, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	return !was_masked;
}

void port_local_irq_restore(unsigned long state)
{
	struct sim_cpu *cpu = sim_this_cpu();

	if (state != 0) {
		atomic_signal_fence(memory_order_seq_cst);
		atomic_store_explicit(&cpu->masked, false, memory_order_relaxed);
		atomic_signal_fence(memory_order_seq_cst);
		sim_deliver(cpu);
	}
}

/* Looks at the latch too: ThreadSanitizer holds signals back until the next call that it
 * intercepts. */
void port_cpu_relax(void)
{
	struct sim_cpu *cpu = sim_this_cpu();

	if (cpu != NULL) {
		sim_deliver(cpu);
	}
	(void)sched_yield();
}

uint64_t port_clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

void port_panic(const char *message)
{
	struct sim_cpu *cpu = sim_this_cpu();

	if (cpu != NULL && cpu->panic_exit != NULL) {
		(void)snprintf(cpu->panic_message, sizeof(cpu->panic_message), "%s", message);
		longjmp(*cpu->panic_exit, 1);
	}
	(void)fprintf(stderr, "sim: panic: %s\n", message);
	abort();
}

bool sim_catch_panic(void (*fn)(void *), void *arg, char *message, size_t size)
{
	struct sim_cpu *cpu = sim_this_cpu();
	bool was_masked = atomic_load_explicit(&cpu->masked, memory_order_relaxed);
	jmp_buf exit_point;

	cpu->panic_exit = &exit_point;
	if (setjmp(exit_point) == 0) {
		fn(arg);
		cpu->panic_exit = NULL;
		port_local_irq_restore(!was_masked);
		return false;
	}
	cpu->panic_exit = NULL;
	(void)snprintf(message, size, "%s", cpu->panic_message);
	port_local_irq_restore(!was_masked);
	return true;
}
