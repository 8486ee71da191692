/* SPDX-License-Identifier: MIT */
/* Calls into the firmware: RISC-V SBI Specification 2.0, chapter 3 (binary encoding). */
#ifndef ASM_SBI_H
#define ASM_SBI_H

#define SBI_EXT_BASE 0x10UL
#define SBI_EXT_TIME 0x54494d45UL
#define SBI_EXT_IPI 0x735049UL
#define SBI_EXT_HSM 0x48534dUL
#define SBI_EXT_SSE 0x535345UL
#define SBI_EXT_SRST 0x53525354UL

#define SBI_BASE_PROBE_EXTENSION 3UL
#define SBI_IPI_SEND_IPI 0UL

#define SBI_SUCCESS 0L
#define SBI_ERR_FAILED (-1L)
#define SBI_ERR_NOT_SUPPORTED (-2L)
#define SBI_ERR_INVALID_PARAM (-3L)

struct sbiret {
	long error;
	long value;
};

/* The memory clobber keeps the compiler from moving stores past the call: they belong before it. */
static inline struct sbiret sbi_ecall(unsigned long ext, unsigned long fid, unsigned long arg0,
				      unsigned long arg1, unsigned long arg2)
{
	register unsigned long a0 __asm__("a0") = arg0;
	register unsigned long a1 __asm__("a1") = arg1;
	register unsigned long a2 __asm__("a2") = arg2;
	register unsigned long a6 __asm__("a6") = fid;
	register unsigned long a7 __asm__("a7") = ext;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbiret){.error = (long)a0, .value = (long)a1};
}

/* 1 when the firmware has the extension, 0 when not: section 4.4. */
static inline int sbi_probe_extension(unsigned long ext)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, ext, 0, 0);

	return ret.error == SBI_SUCCESS && ret.value != 0;
}

#endif
