/* SPDX-License-Identifier: MIT */
/* Starting and stopping CPUs. */
#include <stdio.h>
#include <string.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/sysreg.h>

#include "irqchip/gic_sgi.h"
#include "kernel/aarch64/psci.h"
#include "kernel/aarch64/psci_refusal.h"
#include "kernel/aarch64/spin_table.h"
#include "kernel/arch.h"

extern char secondary_boot[];

const char arch_hwid_name[] = "mpidr";

hwid_t arch_cpu_hwid(uint64_t reg)
{
	return (hwid_t){.id = reg & MPIDR_AFFINITY_MASK};
}

static hwid_t node_hwid(const struct dt *dt, int node)
{
	uint64_t reg = 0;

	(void)dt_u64(dt, node, "reg", &reg);
	return arch_cpu_hwid(reg);
}

static const char *add_spin_table(const struct dt *dt, int node)
{
	uint64_t release;

	if (!dt_u64(dt, node, "cpu-release-addr", &release)) {
		return "its enable-method is spin-table, but it has no cpu-release-addr";
	}
	return spin_table_add(node_hwid(dt, node), release);
}

const char *arch_cpu_unusable(const struct dt *dt, int node)
{
	const char *method = dt_string(dt, node, "enable-method");

	if (method == NULL) {
		return "no enable-method in the device tree";
	}
	if (strcmp(method, "spin-table") == 0) {
		return add_spin_table(dt, node);
	}
	return strcmp(method, "psci") == 0 ? psci_unusable() : "unknown enable-method";
}

/* Each CPU has its own way. */
const char *arch_smp_unavailable(void)
{
	return NULL;
}

bool arch_cpu_start(struct percpu *cpu)
{
	long error;

	if (spin_table_has(cpu->hwid)) {
		if (spin_table_parked(cpu->hwid)) {
			snprintf(cpu->refusal, sizeof(cpu->refusal),
				 "it left its spin table for good");
			return false;
		}
		spin_table_start(cpu);
		return true;
	}
	error = psci_cpu_on(cpu->hwid, (unsigned long)secondary_boot, (unsigned long)cpu);
	if (error != 0) {
		psci_refusal(cpu->refusal, sizeof(cpu->refusal), error);
	}
	return error == 0;
}

enum cpu_power arch_cpu_power(hwid_t hwid)
{
	if (spin_table_has(hwid)) {
		return spin_table_parked(hwid) ? CPU_POWER_OFF : CPU_POWER_ON;
	}
	switch (psci_affinity_info(hwid)) {
	case PSCI_AFFINITY_OFF:
		return CPU_POWER_OFF;
	case PSCI_AFFINITY_ON:
		return CPU_POWER_ON;
	default:
		return CPU_POWER_UNKNOWN;
	}
}

/* A spin table is left once: nothing leads back into the firmware's loop. */
bool arch_cpu_comes_back(hwid_t hwid)
{
	return !spin_table_has(hwid);
}

void arch_cpu_park(void)
{
	hwid_t self = arch_cpu_hwid(read_sysreg(mpidr_el1));

	local_irq_disable();
	if (spin_table_has(self)) {
		spin_table_park(self);
	} else {
		psci_cpu_off();
	}
	for (;;) {
		wait_for_interrupt();
	}
}
