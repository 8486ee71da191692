/* SPDX-License-Identifier: MIT */
/*
 * The host machine: a CPU is a thread, a doorbell a signal, masking a flag with deferred delivery.
 *
 * Delivery: a ring sets the target's latch, then signals it. The handler, and whoever unmasks, look
 * at the latch, so a signal that finds interrupts masked (or that comes late) costs nothing: the
 * latch is the truth, the signal only the nudge.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/crosscall.h>

struct sim_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t
		latch; /* rung: the doorbell says what each bit is */
	pthread_t thread;
	unsigned int nr;
	/* The rest is written by the CPU's own thread and its signal handler only. */
	_Atomic bool masked;
	_Atomic bool hears;
	_Atomic uint32_t enabled; /* the bits of 'latch' that interrupt; all of them for a mux */
	_Atomic uint64_t rings;
	jmp_buf *panic_exit; /* a panic is expected */
	jmp_buf *crash_exit; /* a crash stop is expected */
	char panic_message[160];
};

/* ---- threads.c ---- */

extern unsigned int sim_nr_cpus;

/* Null on a thread that is no CPU. */
struct sim_cpu *sim_this_cpu(void);
struct sim_cpu *sim_cpu_of(unsigned int cpu);

/* Makes the calling thread CPU 0, masked, with this doorbell in front of every CPU. */
void sim_boot(const struct doorbell *doorbell);

/*
 * Starts the threads of CPUs 1 .. nr_cpus - 1, masked; 'entry' runs there. Returns 0, or the errno
 * of the thread that could not be started; sim_nr_cpus says how many CPUs there are then.
 */
int sim_start(unsigned int nr_cpus, void (*entry)(void));

/* Ends the others' threads, which must be on their way out. */
void sim_join(void);

/* Takes what is in the latch, unless interrupts are masked. On the CPU. */
void sim_deliver(struct sim_cpu *cpu);

/* Sets bits of the latch and signals. 'by' is charged with the ring. Any thread. */
void sim_ring(struct sim_cpu *target, uint32_t bits);

/* A short sleep, from which an interrupt wakes. */
void sim_pause(void);

/* For smp_park(): a short sleep, masked, after which what is pending is taken. */
void sim_sleep(void);

/*
 * What a CPU does that was stopped by a crash: nothing. After sim_revive() it goes on behind its
 * sim_catch_crash(), masked; one that has none stays.
 */
_Noreturn void sim_die(void);

/* struct conform_machine.revive and .catch_crash */
void sim_revive(void);
bool sim_catch_crash(void (*fn)(void *), void *arg);

/* ---- port.c ---- */

/* struct conform_machine.catch_panic */
bool sim_catch_panic(void (*fn)(void *), void *arg, char *message, size_t size);

/* ---- doorbells ---- */

/* Both: context, returns and errors as struct doorbell and set_smp_ipi_range() need them. */
int sim_mux_init(const struct doorbell **out);
int sim_direct_init(const struct doorbell **out);

/* ---- fault.c: what the doorbells ask before they ring ---- */

struct sim_faults {
	unsigned int drop;   /* one ring in so many is lost; 0 for none */
	unsigned int delay;  /* one in so many comes late */
	unsigned int repeat; /* one in so many comes again, late */
};

extern struct sim_faults sim_faults;

/* Rings, as the faults have it. Returns false when the CPU is refused. */
bool sim_faulty_ring(struct sim_cpu *target, uint32_t bits);

/* struct conform_machine.refuse */
void sim_refuse(unsigned int cpu, bool on);

/* struct conform_machine.lose */
void sim_lose(unsigned int cpu);

/* The device thread's turn: late rings arrive. */
void sim_late_rings(void);

#endif
