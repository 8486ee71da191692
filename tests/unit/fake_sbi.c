/* SPDX-License-Identifier: MIT */
#include <asm/barrier.h>
#include <asm/sbi.h>
#include <asm/ssip.h>

#include "tests/unit/unit.h"

struct fake_sbi fake_sbi;

void fake_sbi_reset(void)
{
	memset(&fake_sbi, 0, sizeof(fake_sbi));
	fake_sbi.has_ipi = true;
}

void fake_event(char event)
{
	if (fake_sbi.nr_events + 1 < sizeof(fake_sbi.events)) {
		fake_sbi.events[fake_sbi.nr_events++] = event;
	}
}

static bool exists(uint64_t hart)
{
	for (unsigned int i = 0; i < fake_sbi.nr_existing; i++) {
		if (fake_sbi.existing[i] == hart) {
			return true;
		}
	}
	return fake_sbi.existing == NULL;
}

static void reach(uint64_t hart)
{
	if (!fake_sbi.lazy && fake_sbi.nr_reached < ARRAY_SIZE(fake_sbi.reached)) {
		fake_sbi.reached[fake_sbi.nr_reached++] = hart;
	}
}

unsigned int fake_sbi_reached(uint64_t hart)
{
	unsigned int times = 0;

	for (unsigned int i = 0; i < fake_sbi.nr_reached; i++) {
		times += fake_sbi.reached[i] == hart;
	}
	return times;
}

static long send_ipi(unsigned long hart_mask, unsigned long base)
{
	bool all_exist = true;

	for (unsigned int bit = 0; bit < sizeof(hart_mask) * 8; bit++) {
		if ((hart_mask >> bit & 1) != 0) {
			all_exist = all_exist && exists(base + bit);
			if (all_exist && fake_sbi.partial) {
				reach(base + bit);
			}
		}
	}
	if (!all_exist) {
		return SBI_ERR_INVALID_PARAM;
	}
	for (unsigned int bit = 0; bit < sizeof(hart_mask) * 8 && !fake_sbi.partial; bit++) {
		if ((hart_mask >> bit & 1) != 0) {
			reach(base + bit);
		}
	}
	return SBI_SUCCESS;
}

struct sbiret sbi_ecall(unsigned long ext, unsigned long fid, unsigned long arg0,
			unsigned long arg1, unsigned long arg2)
{
	assert_int_equal(arg2, 0);
	if (ext == SBI_EXT_BASE) {
		assert_int_equal(fid, SBI_BASE_PROBE_EXTENSION);
		assert_int_equal(arg0, SBI_EXT_IPI);
		return (struct sbiret){.value = fake_sbi.has_ipi};
	}
	assert_int_equal(ext, SBI_EXT_IPI);
	assert_int_equal(fid, SBI_IPI_SEND_IPI);
	/* Base -1 would be every hart there is. */
	assert_true(arg1 != ~0UL);
	fake_sbi.nr_calls++;
	fake_event('e');
	return (struct sbiret){.error = send_ipi(arg0, arg1)};
}

void mb_before_ecall(void)
{
	fake_event('b');
}

void mb_after_pending_clear(void)
{
	fake_event('f');
}

void ssip_clear(void)
{
	fake_event('c');
}

void ssip_enable(void)
{
	fake_event('+');
}

void ssip_disable(void)
{
	fake_event('-');
}
