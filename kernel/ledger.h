/* SPDX-License-Identifier: MIT */
/*
 * What should have come, against what came. One round at a time: ledger_expect() for each target,
 * the sends, then ledger_settle(). The counts come from the handlers on the receiving CPUs.
 */
#ifndef KERNEL_LEDGER_H
#define KERNEL_LEDGER_H

#include <stdint.h>

#include <crosscall/cpumask.h>
#include <crosscall/ipi.h>

/* Sums over the rounds of one part of the self-check. */
struct verdict {
	const char *what;
	unsigned long pairs;
	unsigned long expected;
	unsigned long missing;	  /* a target did not hear it */
	unsigned long extra;	  /* a target heard it more than once */
	unsigned long unexpected; /* a CPU heard it that was no target */
	unsigned long errors;	  /* sends that returned one */
};

/* Forgets the past: what comes from now on counts. */
void ledger_open(void);

void ledger_expect(unsigned int cpu, unsigned int kind);

/* A function for cross-calls: counts as IPI_CALL_FUNC on the CPU it runs on. */
void ledger_call(void *unused);

/*
 * Waits until everything expected has come, classifies what did not and what came too much, and
 * names the first few with the sender. What comes too late to be seen here shows in the next round.
 */
void ledger_settle(struct verdict *verdict, unsigned int sender);

/* Waits for what must not come, and settles for the last time. */
void ledger_close(struct verdict *verdict);

/* One line; the checks go to the result. */
void verdict_print(const struct verdict *verdict);

#endif
