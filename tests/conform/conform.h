/* SPDX-License-Identifier: MIT */
/*
 * The conformance suite, as a machine sees it: one suite, any number of machines.
 *
 * A machine boots as usual: crosscall_init(), a doorbell, set_smp_ipi_range(), and on each CPU
 * cpu_init() and smp_cpu_starting(). Then one CPU, the coordinator, calls conform_run(); every
 * other online CPU calls conform_worker(). Both in thread context with interrupts enabled. The
 * suite hands functions to the workers through polled mailboxes, never through the library under
 * test.
 *
 * Stack: the deepest path of the suite itself takes less than 4 KiB with CROSSCALL_NR_CPUS at 512.
 */
#ifndef TESTS_CONFORM_CONFORM_H
#define TESTS_CONFORM_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/irqchip.h>

/* What a machine gives. */
struct conform_machine {
	const char *name;
	/* The doorbell that is in use: a CPU that goes offline and online calls its cpu_exit and
	 * cpu_init. */
	const struct doorbell *doorbell;
	/*
	 * Bit k: the machine's handler of kind k calls conform_note_ipi(k), and does nothing that
	 * disturbs the suite. Leave out IPI_CALL_FUNC, IPI_IRQ_WORK, and kinds that stop the CPU,
	 * and kinds that reach a CPU whose interrupts are masked.
	 * At least IPI_RESCHEDULE must be there.
	 */
	uint32_t kinds;
	/* A kind below NR_IPI whose handler is null, and not the library's own; NR_IPI if there is
	 * none. */
	unsigned int empty_kind;
	/* The doorbell is a mux: a kind on its way coalesces with every other kind on its way. */
	bool coalesces;
	/* handler[IPI_CPU_STOP] exists and waits in smp_park(); fetched, the CPU goes on. */
	bool can_stop;
	/* No address space is in use: the suite may call tlb_init() with operations of its own. */
	bool own_tlb;
	/* Prints one line; a newline is added. One caller at a time; any context once the suite
	 * bails out. */
	void (*put_line)(const char *line);
	/*
	 * One turn of a polling loop in thread context, interrupts enabled: a short sleep, so that
	 * many virtual CPUs on few real ones leave time to each other. May return at any time.
	 */
	void (*pause)(void);
	/*
	 * Runs fn(arg), which is expected to end in port_panic(). True when it did: *message (of
	 * 'size' bytes) then holds the panic's text, and this CPU goes on here, in the interrupt
	 * state of before. False when fn returned. Null when the machine cannot survive a panic.
	 */
	bool (*catch_panic)(void (*fn)(void *), void *arg, char *message, size_t size);
	/*
	 * Runs fn(arg), during which a crash stop may park this CPU. True when it did: after
	 * revive() this CPU goes on here, interrupts masked. False when fn returned. The handler
	 * of IPI_CPU_CRASH_STOP calls conform_note_crash(). Null when a crash ends the machine.
	 */
	bool (*catch_crash)(void (*fn)(void *), void *arg);
	/* All that a crash has parked may go on, for the end of the suite. Any CPU. */
	void (*revive)(void);
	/*
	 * Fault injection: while on, the doorbell refuses to ring this CPU (-EIO). Null when the
	 * machine cannot.
	 */
	void (*refuse)(unsigned int cpu, bool on);
	/*
	 * Fault injection: the next ring to this CPU is lost, and nobody is told. Null when the
	 * machine cannot.
	 */
	void (*lose)(unsigned int cpu);
	/*
	 * The suite bailed out, and CPUs may be stuck for ever: end the machine now, as failed.
	 * Does not return. Any CPU, any context.
	 */
	void (*give_up)(void);
};

struct conform_options {
	const char *only;     /* run only the tests whose name contains this; null or "" for all */
	uint64_t seed;	      /* of everything random */
	uint64_t limit_ns;    /* the longest that anything may take; 0 for 30 s */
	unsigned int torture; /* iterations a CPU of the torture; 0 for the usual number */
	bool fail_fast;	      /* the first test that fails is the last: its plan is not fulfilled */
};

/* How many tests 'only' selects, as conform_options has it. Any time. */
unsigned int conform_count(const char *only);

/*
 * Runs the suite and prints TAP. Returns the number of failed tests. Does not return after a
 * bail-out (something took longer than the limit): give_up() ends it. 'this_machine' must stay
 * valid: a worker may look at it when the suite is over.
 */
int conform_run(const struct conform_machine *this_machine, const struct conform_options *given);

/* What every other CPU does. Returns when the suite is over (never on a CPU that stays stopped). */
void conform_worker(void);

/* From the machine's handler of a kind in 'kinds': interrupt context. */
void conform_note_ipi(unsigned int ipinr);

/* From the machine's handler[IPI_CPU_CRASH_STOP], if it has a catch_crash. */
void conform_note_crash(struct pt_regs *regs);

/*
 * Optional, from a timer interrupt or the like, now and then: bails out when the limit is over,
 * also when every CPU is stuck. Idle workers do it too. Any context.
 */
void conform_tick(void);

/* From the machine's ipi_ops.report: any context. */
void conform_note_report(const char *line);

#endif
