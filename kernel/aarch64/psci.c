/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/psci.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The 64-bit numbers of version 0.2 and later; version 0.1 has its own in the tree. */
#define CPU_OFF 0x84000002UL
#define CPU_ON 0xc4000003UL
#define AFFINITY_INFO 0xc4000004UL
#define SYSTEM_OFF 0x84000008UL

#define AFFINITY_IS_ON 0
#define AFFINITY_IS_OFF 1

static struct {
	long (*call)(unsigned long function, unsigned long a, unsigned long b, unsigned long c);
	const char *unusable;
	unsigned long cpu_on, cpu_off;
	bool has_rest; /* AFFINITY_INFO and SYSTEM_OFF */
} psci;

/*
 * SMC Calling Convention (Arm DEN 0028): x0 to x17 belong to the callee. The memory clobber keeps
 * what the started CPU reads before the call.
 */
#define CONDUIT(instruction)                                                                       \
	register unsigned long x0 __asm__("x0") = function;                                        \
	register unsigned long x1 __asm__("x1") = a;                                               \
	register unsigned long x2 __asm__("x2") = b;                                               \
	register unsigned long x3 __asm__("x3") = c;                                               \
	__asm__ volatile("dsb sy\n\t" instruction " #0"                                            \
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                  \
			 :                                                                         \
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",  \
			   "x15", "x16", "x17", "memory");                                         \
	return (int32_t)x0

static long call_hvc(unsigned long function, unsigned long a, unsigned long b, unsigned long c)
{
	CONDUIT("hvc");
}

static long call_smc(unsigned long function, unsigned long a, unsigned long b, unsigned long c)
{
	CONDUIT("smc");
}

static int find_node(const struct dt *dt)
{
	static const char *const compatible[] = {"arm,psci-1.0", "arm,psci-0.2", "arm,psci"};
	int node = DT_NONE;

	for (size_t i = 0; node == DT_NONE && i < sizeof(compatible) / sizeof(compatible[0]); i++) {
		node = dt_find_compatible(dt, DT_NONE, compatible[i]);
		psci.has_rest = i < 2;
	}
	return dt_enabled(dt, node) ? node : DT_NONE;
}

static const char *take_functions(const struct dt *dt, int node)
{
	uint64_t on;
	uint64_t off;

	psci.cpu_on = CPU_ON;
	psci.cpu_off = CPU_OFF;
	if (psci.has_rest) {
		return NULL;
	}
	if (!dt_u64(dt, node, "cpu_on", &on) || !dt_u64(dt, node, "cpu_off", &off)) {
		return "the device tree's PSCI 0.1 node lacks cpu_on or cpu_off";
	}
	psci.cpu_on = on;
	psci.cpu_off = off;
	return NULL;
}

static const char *take_conduit(const struct dt *dt, int node)
{
	const char *method = dt_string(dt, node, "method");

	if (method != NULL && strcmp(method, "hvc") == 0) {
		psci.call = call_hvc;
	} else if (method != NULL && strcmp(method, "smc") == 0) {
		psci.call = call_smc;
	} else {
		return "the device tree's PSCI node has a method that is neither hvc nor smc";
	}
	return NULL;
}

void psci_init(const struct dt *dt)
{
	int node = find_node(dt);

	if (node == DT_NONE) {
		psci.unusable = "the device tree has no PSCI node";
		return;
	}
	psci.unusable = take_functions(dt, node);
	if (psci.unusable == NULL) {
		psci.unusable = take_conduit(dt, node);
	}
}

const char *psci_unusable(void)
{
	return psci.unusable;
}

long psci_cpu_on(hwid_t hwid, unsigned long entry, unsigned long argument)
{
	return psci.call(psci.cpu_on, hwid.id, entry, argument);
}

enum psci_affinity psci_affinity_info(hwid_t hwid)
{
	if (psci.call == NULL || !psci.has_rest) {
		return PSCI_AFFINITY_UNKNOWN;
	}
	switch (psci.call(AFFINITY_INFO, hwid.id, 0, 0)) {
	case AFFINITY_IS_OFF:
		return PSCI_AFFINITY_OFF;
	case AFFINITY_IS_ON:
		return PSCI_AFFINITY_ON;
	default:
		return PSCI_AFFINITY_UNKNOWN;
	}
}

void psci_cpu_off(void)
{
	if (psci.call != NULL) {
		psci.call(psci.cpu_off, 0, 0, 0);
	}
}

void psci_system_off(void)
{
	if (psci.call != NULL && psci.has_rest) {
		psci.call(SYSTEM_OFF, 0, 0, 0);
	}
}
