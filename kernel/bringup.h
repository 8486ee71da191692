/* SPDX-License-Identifier: MIT */
/*
 * From one CPU to all of them.
 *
 * Numbers are given before anybody is started: the boot CPU is 0, the others follow in the tree's
 * order, and only CPUs that can be tried get one. A CPU that then refuses keeps its number and
 * stays offline.
 *
 * Each CPU that comes sets up its doorbell and goes online by itself. Interrupts stay masked on
 * every CPU until all that will come have come; then one IPI releases them together. So a CPU that
 * waits sleeps, and needs no timer: many virtual CPUs that look every few milliseconds would keep a
 * host busy by themselves.
 */
#ifndef KERNEL_BRINGUP_H
#define KERNEL_BRINGUP_H

#include <stdbool.h>

#include "kernel/fdt.h"

struct percpu;

/* Numbers the CPUs that the tree and params allow. */
void bringup_number(const struct dt *dt);

/* Takes the boot CPU online, then starts the others one after the other. Interrupts masked. */
void bringup_start(void);

/*
 * Interrupts on, everywhere. Each CPU rings itself and prints its line; one that does not is named.
 */
void bringup_release(void);

/*
 * Starts one CPU that is off once more, after boot. Returns null when it runs, otherwise why not.
 * The boot CPU.
 */
const char *bringup_again(struct percpu *cpu);

/*
 * True, once, for a CPU that park= names: it waits at its mailbox before it goes online. On the CPU
 * itself.
 */
bool bringup_is_to_park(unsigned int cpu);

#endif
