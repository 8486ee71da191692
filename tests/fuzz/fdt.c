/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer target: the device tree reader on anything.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -I. tests/fuzz/fdt.c \
 *		tests/unit/fdt_exercise.c kernel/fdt.c kernel/fdt_prop.c -o fuzz-fdt
 */
#include <stdint.h>

#include "tests/unit/fdt_exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fdt_exercise(data, size);
	return 0;
}
