/* SPDX-License-Identifier: MIT */
/* What each CPU does by itself on its way up: bringup.h has the whole story. */
#ifndef KERNEL_SECONDARY_H
#define KERNEL_SECONDARY_H

#include <stdbool.h>

/* Sets up this CPU's doorbell and goes online. Interrupts masked. Its state says how it went. */
void secondary_go_online(void);

/* The boot CPU lets all CPUs enable interrupts, itself too, and wakes them with an IPI. */
void secondary_release(void);

/* False until then: interrupts stay masked. Any CPU. */
bool secondary_is_released(void);

#endif
