/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/sim.h"

#define STACK_SIZE (256 * 1024)
#define DOORBELL SIGUSR1

static struct sim_cpu sim_cpus[CROSSCALL_NR_CPUS];
static _Thread_local struct sim_cpu *this_cpu;
static void (*cpu_entry)(void);
static _Atomic bool revived;
/* The doorbell of the machine, for its one entry; written before the first CPU hears. */
static const struct doorbell *wired;

unsigned int sim_nr_cpus;

struct sim_cpu *sim_this_cpu(void)
{
	return this_cpu;
}

struct sim_cpu *sim_cpu_of(unsigned int cpu)
{
	return &sim_cpus[cpu];
}

static bool flag(const _Atomic bool *b)
{
	return atomic_load_explicit(b, memory_order_relaxed);
}

static bool interrupt_pending(struct sim_cpu *cpu)
{
	/* relaxed: the doorbell's own exchange orders */
	return flag(&cpu->hears) &&
	       (atomic_load_explicit(&cpu->latch, memory_order_relaxed) &
		atomic_load_explicit(&cpu->enabled, memory_order_relaxed)) != 0;
}

/*
 * The signal may come anywhere in here. Between two of these lines it finds 'masked' set, and
 * leaves the latch to the loop's next turn, or clear, and does the loop's work itself.
 */
void sim_deliver(struct sim_cpu *cpu)
{
	while (!flag(&cpu->masked) && interrupt_pending(cpu)) {
		atomic_store_explicit(&cpu->masked, true, memory_order_relaxed);
		atomic_signal_fence(memory_order_seq_cst);
		wired->handle_irq((struct pt_regs *)cpu);
		atomic_signal_fence(memory_order_seq_cst);
		atomic_store_explicit(&cpu->masked, false, memory_order_relaxed);
		atomic_signal_fence(memory_order_seq_cst);
	}
}

static void on_signal(int signal)
{
	int saved = errno;

	(void)signal;
	if (this_cpu != NULL) {
		sim_deliver(this_cpu);
	}
	errno = saved;
}

void sim_ring(struct sim_cpu *target, uint32_t bits)
{
	/*
	 * acq_rel: release pairs with the handler's exchange. Bits that were set already are still
	 * to be taken, by an exchange that comes later than this one: no other signal is needed.
	 */
	uint32_t old = atomic_fetch_or_explicit(&target->latch, bits, memory_order_acq_rel);

	if ((old & bits) != bits) {
		(void)pthread_kill(target->thread, DOORBELL);
	}
}

void sim_pause(void)
{
	/* The more CPUs, the longer: threads that sleep too briefly keep the real CPUs busy. */
	struct timespec t = {.tv_nsec = 50000 + 10000 * (long)nr_cpu_ids()};

	(void)nanosleep(&t, NULL);
}

void sim_sleep(void)
{
	port_local_irq_restore(1);
	sim_pause();
	(void)port_local_irq_save();
}

void sim_die(void)
{
	struct sim_cpu *cpu = sim_this_cpu();

	/* acquire: pairs with the release in sim_revive() */
	while (!atomic_load_explicit(&revived, memory_order_acquire) || cpu->crash_exit == NULL) {
		(void)poll(NULL, 0, 2);
	}
	longjmp(*cpu->crash_exit, 1);
}

void sim_revive(void)
{
	/* release: pairs with the acquire in sim_die() */
	atomic_store_explicit(&revived, true, memory_order_release);
}

bool sim_catch_crash(void (*fn)(void *), void *arg)
{
	struct sim_cpu *cpu = sim_this_cpu();
	jmp_buf exit_point;

	cpu->crash_exit = &exit_point;
	if (setjmp(exit_point) == 0) {
		fn(arg);
		cpu->crash_exit = NULL;
		return false;
	}
	cpu->crash_exit = NULL;
	return true;
}

static void install_handler(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(DOORBELL, &action, NULL) != 0) {
		perror("sim: sigaction");
		exit(2);
	}
}

/*
 * A thread's first signal does one-time work in libraries that watch threads; it takes that here,
 * not in the middle of a test.
 */
static void become(struct sim_cpu *cpu)
{
	this_cpu = cpu;
	atomic_store_explicit(&cpu->masked, true, memory_order_relaxed);
	atomic_store_explicit(&cpu->enabled, UINT32_MAX, memory_order_relaxed);
	(void)raise(DOORBELL);
	(void)sched_yield();
}

static void *run_cpu(void *arg)
{
	become(arg);
	cpu_entry();
	return NULL;
}

void sim_boot(const struct doorbell *doorbell)
{
	wired = doorbell;
	install_handler();
	sim_nr_cpus = 1;
	sim_cpus[0].thread = pthread_self();
	become(&sim_cpus[0]);
}

int sim_start(unsigned int nr_cpus, void (*entry)(void))
{
	pthread_attr_t attr;
	int err = 0;

	cpu_entry = entry;
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (; sim_nr_cpus < nr_cpus; sim_nr_cpus++) {
		struct sim_cpu *cpu = &sim_cpus[sim_nr_cpus];

		cpu->nr = sim_nr_cpus;
		err = pthread_create(&cpu->thread, &attr, run_cpu, cpu);
		if (err != 0) {
			break;
		}
	}
	(void)pthread_attr_destroy(&attr);
	return err;
}

void sim_join(void)
{
	for (unsigned int i = 1; i < sim_nr_cpus; i++) {
		(void)pthread_join(sim_cpus[i].thread, NULL);
	}
}
