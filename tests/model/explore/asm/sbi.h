/* SPDX-License-Identifier: MIT */
/* The explorer's machine: a firmware that knows one call, and may refuse it. */
#ifndef ASM_SBI_H
#define ASM_SBI_H

#define SBI_EXT_IPI 0x735049UL
#define SBI_IPI_SEND_IPI 0UL
#define SBI_SUCCESS 0L

struct sbiret {
	long error;
	long value;
};

struct sbiret sbi_ecall(unsigned long ext, unsigned long fid, unsigned long arg0,
			unsigned long arg1, unsigned long arg2);
int sbi_probe_extension(unsigned long ext);

#endif
