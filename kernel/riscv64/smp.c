/* SPDX-License-Identifier: MIT */
/* Starting and stopping harts: SBI 2.0, chapter 9 (Hart State Management). */
#include <stdio.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/sbi.h>

#include "kernel/arch.h"
#include "kernel/riscv64/hsm_refusal.h"

#define HSM_HART_START 0UL
#define HSM_HART_STOP 1UL
#define HSM_HART_GET_STATUS 2UL
#define HSM_STARTED 0
#define HSM_STOPPED 1

extern char secondary_boot[];

/*
 * Every hart that was ever asked for, for boot.S: a hart that strays finds its struct percpu
 * here.
 */
struct hart_start {
	unsigned long hart;
	struct percpu *cpu;
};

extern struct hart_start hart_starts[CROSSCALL_NR_CPUS];
extern unsigned int nr_hart_starts;

struct hart_start hart_starts[CROSSCALL_NR_CPUS];
unsigned int nr_hart_starts;

_Static_assert(sizeof(struct hart_start) == 16 && offsetof(struct hart_start, cpu) == 8,
	       "boot.S walks the array");

const char arch_hwid_name[] = "hart";

hwid_t arch_cpu_hwid(uint64_t reg)
{
	return (hwid_t){.id = reg};
}

/* A hart without address translation has no S-mode to run this kernel in. */
const char *arch_cpu_unusable(const struct dt *dt, int node)
{
	if (!dt_has(dt, node, "mmu-type") ||
	    dt_string_list_has(dt, node, "mmu-type", "riscv,none")) {
		return "no mmu-type in the device tree";
	}
	return NULL;
}

const char *arch_smp_unavailable(void)
{
	return sbi_probe_extension(SBI_EXT_HSM) ? NULL : "the firmware has no HSM extension";
}

/* False when there is no room for one more hart. */
static bool note_start(struct percpu *cpu)
{
	unsigned int i = 0;

	while (i < nr_hart_starts && hart_starts[i].hart != cpu->hwid.id) {
		i++;
	}
	if (i >= CROSSCALL_NR_CPUS) {
		return false;
	}
	hart_starts[i] = (struct hart_start){.hart = cpu->hwid.id, .cpu = cpu};
	if (i == nr_hart_starts) {
		nr_hart_starts++;
	}
	return true;
}

bool arch_cpu_start(struct percpu *cpu)
{
	struct sbiret ret;

	if (!note_start(cpu)) {
		snprintf(cpu->refusal, sizeof(cpu->refusal),
			 "more harts than this build can serve");
		return false;
	}

	/*
	 * The ecall's own ordering is the firmware's; what it hands over must be in memory before.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	ret = sbi_ecall(SBI_EXT_HSM, HSM_HART_START, cpu->hwid.id, (unsigned long)secondary_boot,
			(unsigned long)cpu);
	if (ret.error != SBI_SUCCESS) {
		hsm_refusal(cpu->refusal, sizeof(cpu->refusal), ret.error);
	}
	return ret.error == SBI_SUCCESS;
}

enum cpu_power arch_cpu_power(hwid_t hwid)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_HSM, HSM_HART_GET_STATUS, hwid.id, 0, 0);

	if (ret.error != SBI_SUCCESS) {
		return CPU_POWER_UNKNOWN;
	}
	return ret.value == HSM_STOPPED ? CPU_POWER_OFF : CPU_POWER_ON;
}

bool arch_cpu_comes_back(hwid_t hwid)
{
	(void)hwid;
	return true;
}

void arch_cpu_park(void)
{
	local_irq_disable();
	sbi_ecall(SBI_EXT_HSM, HSM_HART_STOP, 0, 0, 0);
	for (;;) {
		wait_for_interrupt();
	}
}
