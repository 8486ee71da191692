/* SPDX-License-Identifier: MIT */
/* Waiting without burning the host's processors. */
#ifndef KERNEL_IDLE_H
#define KERNEL_IDLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Longer than anything takes that is not lost: "patience=SECONDS", a minute by default. A firmware
 * with fair spinlocks needs seconds to start many virtual CPUs on few real ones.
 */
uint64_t patience_ns(void);

/*
 * Passes through the scheduler if somebody asked for it, and otherwise sleeps until an interrupt
 * comes or, when 'ns' is not 0, at most so long. In an idle thread the CPU first polls its idle
 * word for a while; in another, other threads run meanwhile. Thread context, interrupts enabled.
 */
void idle(uint64_t ns);

/* As the CPU's own experience has it: not at all, or up to 50 us. */
#define IDLE_POLL_AUTO UINT64_MAX

/*
 * How long idle CPUs poll before they sleep; 0: not at all. Holds from each one's next idle().
 * Returns what held before.
 */
uint64_t idle_set_poll(uint64_t ns);

/* Sleeps at most 'ns', without polling; not at all when need_resched is set. Interrupts masked. */
void sleep_unless_asked(uint64_t ns);

/* Sleeps at most 'ns' with interrupts masked; returns early when one is pending. */
void sleep_masked(uint64_t ns);

/*
 * True as soon as done(arg) is; false when it is not after 'ns'. Spins for a moment, then sleeps in
 * steps that grow: what waits must not take the host's processor from what it waits for. Thread
 * context, in either interrupt state; other threads run meanwhile where the caller may be
 * interrupted and may sleep: sched.h.
 */
bool wait_until(bool (*done)(void *arg), void *arg, uint64_t ns);

#endif
