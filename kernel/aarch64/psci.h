/* SPDX-License-Identifier: MIT */
/* Power State Coordination Interface: Arm DEN 0022. */
#ifndef KERNEL_AARCH64_PSCI_H
#define KERNEL_AARCH64_PSCI_H

#include <stdbool.h>

#include <crosscall/irqchip.h>

#include "kernel/fdt.h"

/* Takes the conduit and the function numbers from the tree. */
void psci_init(const struct dt *dt);

/* Null when there is one that can start CPUs; otherwise why not. */
const char *psci_unusable(void);

/*
 * Starts a CPU at 'entry' with 'argument' in x0. Returns 0 or PSCI's error, which psci_refusal()
 * puts into words.
 */
long psci_cpu_on(hwid_t hwid, unsigned long entry, unsigned long argument);

enum psci_affinity {
	PSCI_AFFINITY_ON,
	PSCI_AFFINITY_OFF,
	PSCI_AFFINITY_UNKNOWN
};
enum psci_affinity psci_affinity_info(hwid_t hwid);

/* Return only when they fail. */
void psci_cpu_off(void);
void psci_system_off(void);

#endif
