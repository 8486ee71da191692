/* SPDX-License-Identifier: MIT */
/* The word of a CPU that idles: see idle.c. */
#ifndef CORE_IDLE_H
#define CORE_IDLE_H

#include <stdatomic.h>
#include <stdint.h>

#include <crosscall/config.h>
#include <crosscall/idle.h>
#include <crosscall/ipi.h>

/* Bit k: kind k was sent to the CPU while it polled. */
#define IDLE_KINDS ((UINT32_C(1) << NR_IPI) - 1)
/* The CPU has to call its scheduler. */
#define IDLE_NEED (UINT32_C(1) << 16)
/* The ring that should have told it so failed: the next setter rings. Only beside IDLE_NEED. */
#define IDLE_OWED (UINT32_C(1) << 17)

_Static_assert(NR_IPI <= 16, "a kind for each bit below IDLE_NEED");

struct idle_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic uint32_t word;
};

extern struct idle_cpu idle_cpu[CROSSCALL_NR_CPUS];

#endif
