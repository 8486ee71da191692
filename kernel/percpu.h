/* SPDX-License-Identifier: MIT */
/* What the kernel keeps for each CPU. this_cpu() in <asm/cpu.h> gives the running CPU's. */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/ipi.h>
#include <crosscall/irqchip.h>
#include <crosscall/smp_call.h>
#include <crosscall/stats.h>

#include "kernel/backtrace.h"
#include "kernel/percpu_offsets.h"
#include "kernel/spinlock.h"

struct runqueue;

/* A CPU's way up, each step taken by the side named. Only forward. */
enum cpu_state {
	CPU_ABSENT,    /* boot CPU: nobody has asked for it */
	CPU_STARTING,  /* boot CPU: the firmware was asked to start it */
	CPU_ABANDONED, /* boot CPU: it took too long, and parks should it still come */
	CPU_ARRIVED,   /* itself: runs C code, interrupts masked, sets up its doorbell */
	CPU_BROKEN,    /* itself: its doorbell could not be set up; parks */
	CPU_PARKED,    /* itself: its doorbell is set up; waits at its mailbox, see park= */
	CPU_LISTENING, /* itself: its doorbell is set up and it is online, interrupts still masked
			*/
	CPU_DEAF,      /* itself: has not heard its own doorbell; offline, parks */
	CPU_RUNNING,   /* itself: interrupts enabled, has heard its own doorbell */
};

/* A counter that its own CPU writes, interrupts masked. Relaxed: counts order nothing. */
typedef _Atomic uint64_t percpu_count_t;

static inline void percpu_count(percpu_count_t *count)
{
	uint64_t old = atomic_load_explicit(count, memory_order_relaxed);

	atomic_store_explicit(count, old + 1, memory_order_relaxed);
}

static inline uint64_t percpu_read(const percpu_count_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* What was counted up to the last "ipi reset": kernel/table.c. */
struct ipi_baseline {
	struct ipi_stats stats[NR_IPI];
	uint64_t unknown;
	uint64_t rings;
};

/* What a firmware refuses with, in words. */
#define REFUSAL_SIZE 80

struct percpu {
	/* First, in the order of percpu_offsets.h. */
	unsigned long stack_top;
	unsigned long stack_limit;
	unsigned long scratch[2];
	unsigned long kernel_sp;

	unsigned int cpu; /* the dense number */
	hwid_t hwid;
	unsigned char *stack; /* of the thread that runs: STACK_SIZE bytes */
	struct runqueue *rq;  /* kernel/sched/ */
	/* Spinlocks that it holds, in the order of their ranks. */
	const struct spinlock *held[LOCKS_HELD_MOST];
	unsigned int nr_held;
	_Atomic uint32_t state;
	char refusal[REFUSAL_SIZE];	    /* why CPU_ABANDONED */
	uint64_t start_ns;		    /* when the firmware was asked */
	uint64_t arrived_ns;		    /* when it ran C code */
	struct whereabouts_box whereabouts; /* kernel/backtrace.h */
	_Atomic uint32_t leaving;	    /* hotplug: it is to park */
	uint64_t timer_armed;		    /* when its timer is to interrupt; 0: not */
	bool introduced;		    /* has printed its line at bring-up */
	bool crashing;
	struct panic_catch *catch; /* what a panic here returns to; null: nothing */
	uint64_t poll_ns;	   /* how long it polls when it idles; its own */
	unsigned int short_sleeps; /* of its own, one after the other: see idle.c */

	struct ipi_baseline baseline;
	percpu_count_t heard[NR_IPI]; /* kinds that the kernel's own handlers took */
	percpu_count_t schedules;     /* passes through the scheduler */
	percpu_count_t ticks;	      /* timer interrupts */
	percpu_count_t from_user;     /* pings and calls that came in user mode */
	percpu_count_t polls;	      /* times that it began to poll, idle */
	percpu_count_t timer_sets;    /* times that it programmed its timer, but for the suite */
};

/* The CPU with this number; null where there is none. */
struct percpu *cpu_data(unsigned int cpu);

/*
 * The area and the stack of one more CPU, from boot memory; null when there is none left. It has no
 * number yet: percpu_number() gives it the next.
 */
struct percpu *percpu_create(hwid_t hwid);
void percpu_number(struct percpu *cpu);

/* Makes the boot CPU, which runs already, number 0. */
void percpu_init_boot(hwid_t hwid);

/* How many have a number. */
unsigned int nr_numbered(void);

/*
 * Makes *stack, STACK_SIZE bytes, one whose overflow shows; and the running CPU's: what trap entry
 * compares with. The second with interrupts masked.
 */
void stack_prepare(unsigned char *stack);
void stack_use(struct percpu *cpu, unsigned char *stack);

/* False when something wrote into the lowest part of the running thread's stack. */
bool stack_guard_intact(void);

#endif
