/* SPDX-License-Identifier: MIT */
/* The doorbells that this architecture knows, best first. */
#include <crosscall/errno.h>

#include <asm/sbi.h>

#include "irqchip/sbi_ipi.h"
#include "kernel/arch.h"
#include "kernel/riscv64/doorbell_self.h"

/*
 * Supervisor software events (SBI 3.0, chapter 17) are the one way for S-mode to be interrupted
 * while it masks interrupts. OpenSBI has them from 1.5 on.
 */
static const char *no_nmi(void)
{
	return sbi_probe_extension(SBI_EXT_SSE) ? "this kernel does not use the firmware's SSE"
						: "the firmware has no SSE extension (0x535345)";
}

static const char *probe_sbi_ipi(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
				 struct doorbell_probe *found)
{
	int error = sbi_ipi_init(hwid, nr_cpus, &found->doorbell);

	(void)dt;
	if (error == -EOPNOTSUPP) {
		return "the firmware has no IPI extension";
	}
	if (error != 0) {
		return "these hart ids cannot be addressed";
	}
	found->broadcast_rings = sbi_ipi_windows();
	found->coalesces = true;
	found->no_nmi = no_nmi();
	return NULL;
}

static const char *probe_self(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
			      struct doorbell_probe *found)
{
	(void)dt;
	(void)hwid;
	(void)nr_cpus;
	if (doorbell_self_init(&found->doorbell) != 0) {
		return "no virtual interrupts left";
	}
	found->broadcast_rings = 0;
	found->coalesces = true;
	found->max_cpus = 1;
	found->no_nmi = no_nmi();
	return NULL;
}

const struct doorbell_driver arch_doorbells[] = {
	{.name = "sbi-ipi", .probe = probe_sbi_ipi},
	{.name = "self", .probe = probe_self},
};
const unsigned int arch_nr_doorbells = sizeof(arch_doorbells) / sizeof(arch_doorbells[0]);
