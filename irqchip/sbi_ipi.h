/* SPDX-License-Identifier: MIT */
/* The SBI IPI extension (RISC-V SBI Specification 2.0, chapter 7) as a doorbell. */
#ifndef IRQCHIP_SBI_IPI_H
#define IRQCHIP_SBI_IPI_H

#include <stdint.h>

#include <crosscall/config.h>
#include <crosscall/irqchip.h>

/*
 * Probes the extension, computes the hart-mask windows of CPUs 0 .. nr_cpus - 1 (hart[c] is CPU
 * c's hart id, any set, any order), and creates the mux over it.
 * Context: the boot CPU, after crosscall_init(), no CPU online. A second call starts over.
 * Returns 0 and the doorbell in *out; -EINVAL for a null pointer, no CPU, or a hart id that
 * occurs twice or is the "all harts" value; -ERANGE for more than CROSSCALL_NR_CPUS; -EOPNOTSUPP
 * when the firmware has no IPI extension; -ENOSPC, -EBUSY from the mux.
 */
int sbi_ipi_init(const hwid_t *hart, unsigned int nr_cpus,
		 const struct doorbell **out) CROSSCALL_MUST_CHECK;

/* How many firmware calls a broadcast to all CPUs costs. After sbi_ipi_init(). */
unsigned int sbi_ipi_windows(void);

/*
 * Windows that the firmware answered with an error and that were sent again hart by hart, by this
 * CPU.
 */
uint64_t sbi_ipi_retries(unsigned int cpu);

#endif
