/* SPDX-License-Identifier: MIT */
/*
 * Waiting on a word: LR.W and WRS.STO of Zawrs 1.0, which ends by itself after a short time, and
 * with any interrupt that is pending, masked or not. QEMU has it from 8.0 on.
 */
#include "kernel/riscv64/wait.h"

#include <asm/cpu.h>

#include "kernel/arch.h"

/* Written by the boot CPU before the others run. */
static bool has_zawrs;

/* WRS.STO is an illegal instruction where one hart lacks it: all have to have it. */
void wait_init(const struct dt *dt)
{
	int cpus = dt_find_path(dt, "/cpus");

	has_zawrs = true;
	for (int node = dt_first_child(dt, cpus); node != DT_NONE;
	     node = dt_next_sibling(dt, node)) {
		has_zawrs = has_zawrs && (!dt_string_list_has(dt, node, "device_type", "cpu") ||
					  dt_isa_has(dt, node, "zawrs"));
	}
}

void arch_wait_on(const _Atomic uint32_t *word, uint32_t value)
{
	long now;

	if (!has_zawrs) {
		cpu_relax();
		return;
	}
	/* LR.W sign-extends. A store to the word after it ends the wait; wrs.sto by its number. */
	__asm__ volatile("	lr.w	%0, %1\n"
			 "	bne	%0, %2, 1f\n"
			 "	.4byte	0x01d00073\n"
			 "1:"
			 : "=&r"(now)
			 : "A"(*word), "r"((long)(int32_t)value)
			 : "memory");
}
