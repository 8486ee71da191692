/* SPDX-License-Identifier: MIT */
/*
 * Hart-mask windows: which (hart_mask_base, hart_mask) pairs reach a set of CPUs. Pure
 * computation. RISC-V SBI Specification 2.0, section 3.1 (hart list parameter): bit i of the mask
 * is hart base + i.
 */
#ifndef IRQCHIP_SBI_WINDOW_H
#define IRQCHIP_SBI_WINDOW_H

#include <stdint.h>

#include <crosscall/cpumask.h>
#include <crosscall/irqchip.h>

#define SBI_WINDOW_BITS ((unsigned int)(sizeof(unsigned long) * 8))

struct sbi_windows {
	unsigned int nr_cpus;
	unsigned int nr_windows;
	unsigned long base[CROSSCALL_NR_CPUS]; /* per window: its lowest hart id */
	uint16_t window[CROSSCALL_NR_CPUS];    /* per CPU */
	uint8_t bit[CROSSCALL_NR_CPUS];	       /* per CPU: its bit there */
};

/*
 * Covers the harts with the fewest windows there can be.
 * Returns 0; -EINVAL for no CPU, a hart id that occurs twice, that does not fit an unsigned long,
 * or that is all ones (the "all harts" value of the base); -ERANGE for more than
 * CROSSCALL_NR_CPUS.
 */
int sbi_windows_check(const hwid_t *hart, unsigned int nr_cpus);
int sbi_windows_build(struct sbi_windows *w, const hwid_t *hart, unsigned int nr_cpus);

/*
 * Takes the next window's worth of CPUs out of *left: *base and *hart_mask get the call's
 * arguments and *taken the CPUs it reaches. Returns false, and leaves the rest alone, when no CPU
 * is left. CPUs past nr_cpus are dropped from *left.
 */
bool sbi_windows_next(const struct sbi_windows *w, struct cpumask *left, unsigned long *base,
		      unsigned long *hart_mask, struct cpumask *taken);

#endif
