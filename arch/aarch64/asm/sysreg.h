/* SPDX-License-Identifier: MIT */
/* System registers and barriers. The GIC's have names that older assemblers lack: given by
 * encoding. */
#ifndef ASM_SYSREG_H
#define ASM_SYSREG_H

#include <stdint.h>

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_AP1R0_EL1 S3_0_C12_C9_0
#define ICC_AP1R1_EL1 S3_0_C12_C9_1
#define ICC_AP1R2_EL1 S3_0_C12_C9_2
#define ICC_AP1R3_EL1 S3_0_C12_C9_3
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

#define SYSREG_NAME(reg) #reg

/* Volatile and with a memory clobber: register accesses and memory accesses stay in program order.
 */
#define read_sysreg(reg)                                                                           \
	__extension__({                                                                            \
		uint64_t sysreg_value;                                                             \
		__asm__ volatile("mrs %0, " SYSREG_NAME(reg) : "=r"(sysreg_value) : : "memory");   \
		sysreg_value;                                                                      \
	})
#define write_sysreg(value, reg)                                                                   \
	__asm__ volatile("msr " SYSREG_NAME(reg) ", %0" : : "r"((uint64_t)(value)) : "memory")

/* PSTATE.I: holds all interrupts back, whatever their priority. */
#define daif_mask_irq() __asm__ volatile("msr daifset, #2" : : : "memory")
#define daif_unmask_irq() __asm__ volatile("msr daifclr, #2" : : : "memory")

#define isb() __asm__ volatile("isb" : : : "memory")
#define dsb(option) __asm__ volatile("dsb " #option : : : "memory")
#define dmb(option) __asm__ volatile("dmb " #option : : : "memory")

#endif
