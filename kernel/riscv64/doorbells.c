/* SPDX-License-Identifier: MIT */
/* The doorbells that this architecture knows, best first. */
#include <crosscall/errno.h>

#include "irqchip/sbi_ipi.h"
#include "irqchip/sbi_window.h"
#include "kernel/arch.h"
#include "kernel/riscv64/doorbell_self.h"

/* Only to know what a broadcast may cost: the driver has its own. */
static struct sbi_windows windows;

static const char *probe_sbi_ipi(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
				 struct doorbell_probe *found)
{
	int error = sbi_ipi_init(hwid, nr_cpus, &found->doorbell);

	(void)dt;
	if (error == -EOPNOTSUPP) {
		return "the firmware has no IPI extension";
	}
	if (error != 0 || sbi_windows_build(&windows, hwid, nr_cpus) != 0) {
		return "these hart ids cannot be addressed";
	}
	found->broadcast_rings = windows.nr_windows;
	found->coalesces = true;
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
	return NULL;
}

const struct doorbell_driver arch_doorbells[] = {
	{.name = "sbi-ipi", .probe = probe_sbi_ipi},
	{.name = "self", .probe = probe_self},
};
const unsigned int arch_nr_doorbells = sizeof(arch_doorbells) / sizeof(arch_doorbells[0]);
