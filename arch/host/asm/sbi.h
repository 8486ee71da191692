/* SPDX-License-Identifier: MIT */
/* The firmware on the host: a fake that the test supplies (tests/unit/fake_sbi.c). */
#ifndef ASM_SBI_H
#define ASM_SBI_H

#define SBI_EXT_BASE 0x10UL
#define SBI_EXT_IPI 0x735049UL

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

struct sbiret sbi_ecall(unsigned long ext, unsigned long fid, unsigned long arg0,
			unsigned long arg1, unsigned long arg2);

static inline int sbi_probe_extension(unsigned long ext)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, ext, 0, 0);

	return ret.error == SBI_SUCCESS && ret.value != 0;
}

#endif
