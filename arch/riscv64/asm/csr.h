/* SPDX-License-Identifier: MIT */
/* Supervisor CSRs: RISC-V Privileged Architecture 1.12, chapter 4. */
#ifndef ASM_CSR_H
#define ASM_CSR_H

#define SSTATUS_SIE (1UL << 1)
#define SSTATUS_SPIE (1UL << 5)
#define SSTATUS_SPP (1UL << 8)
#define SSTATUS_VS (3UL << 9)  /* the vector registers; 0: off */
#define SSTATUS_FS (3UL << 13) /* floating point */

/* Bits of sie and sip are the interrupt causes. */
#define SIE_STIE (1UL << 5)

#define SCAUSE_INTERRUPT (1UL << 63)
#define IRQ_S_SOFT 1UL
#define IRQ_S_TIMER 5UL
#define IRQ_S_EXT 9UL

#define csr_read(csr)                                                                              \
	__extension__({                                                                            \
		unsigned long csr_value;                                                           \
		__asm__ volatile("csrr %0, " #csr : "=r"(csr_value) : : "memory");                 \
		csr_value;                                                                         \
	})

#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" : : "rK"(value) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" : : "rK"(bits) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" : : "rK"(bits) : "memory")

/* Clears the bits and returns what the register was before, in one instruction. */
#define csr_read_clear(csr, bits)                                                                  \
	__extension__({                                                                            \
		unsigned long csr_value;                                                           \
		__asm__ volatile("csrrc %0, " #csr ", %1"                                          \
				 : "=r"(csr_value)                                                 \
				 : "rK"(bits)                                                      \
				 : "memory");                                                      \
		csr_value;                                                                         \
	})

#endif
