/* SPDX-License-Identifier: MIT */
/*
 * CPUs that wait in a loop of the firmware's until a word of memory holds an address (Devicetree
 * Specification 0.4, enable-method "spin-table").
 */
#ifndef KERNEL_AARCH64_SPIN_TABLE_H
#define KERNEL_AARCH64_SPIN_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/irqchip.h>

struct percpu;

/* Notes that the CPU waits on the word at 'release'. Null, or why it cannot be. The boot CPU. */
const char *spin_table_add(hwid_t hwid, uint64_t release);

/* True when the CPU was added. */
bool spin_table_has(hwid_t hwid);

/*
 * The last that this CPU does before it sleeps for ever: nobody but itself can say that it stopped.
 * And what others see of it, once they were added.
 */
void spin_table_park(hwid_t hwid);
bool spin_table_parked(hwid_t hwid);

/* Releases it into spin_table_boot with 'cpu' as its struct percpu. The boot CPU. */
void spin_table_start(struct percpu *cpu);

#endif
