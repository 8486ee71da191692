/* SPDX-License-Identifier: MIT */
/* A machine of eight CPUs around the fake GICv3, with the driver and the library on it. */
#ifndef TESTS_UNIT_GICV3_MACHINE_H
#define TESTS_UNIT_GICV3_MACHINE_H

#include "irqchip/gicv3.h"
#include "tests/unit/fake_gic.h"

#define MACHINE_CPUS FAKE_GIC_CPUS
#define MACHINE_TIMER 27

extern const struct doorbell *machine_doorbell;
extern unsigned int machine_handled[MACHINE_CPUS][NR_IPI];
extern unsigned int machine_ticks[MACHINE_CPUS];

extern bool machine_nmi;		 /* priority masking is wanted; off for a new fake */
extern unsigned int machine_nmi_handled; /* IPI_CPU_BACKTRACE, NMI-like */

/* A test on a new fake. */
#define MACHINE_TEST(name) cmocka_unit_test_setup(name, machine_fresh)
int machine_fresh(void **state);

/* Only the driver's init. */
int machine_init(bool mux);

/* All up; the CPU 'failing' (MACHINE_CPUS for none) is to fail with 'error'. And all down. */
void machine_start(bool mux, unsigned int failing, int error);
void machine_stop(void);

/* The CPU takes an interrupt. */
void machine_answer(unsigned int cpu);

#endif
