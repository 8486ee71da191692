/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer target: the device tree reader on anything. "make fuzz-fdt" makes it, tests/unit.t runs
 * it for a moment; who has more time: build/host/fuzz-fdt DIRECTORY-FOR-WHAT-IT-FINDS
 */
#include <stdint.h>

#include "tests/unit/fdt_exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fdt_exercise(data, size);
	return 0;
}
