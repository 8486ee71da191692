/* SPDX-License-Identifier: MIT */
/* Every function of the device tree reader on every node of a blob, whatever it holds. */
#ifndef TESTS_UNIT_FDT_EXERCISE_H
#define TESTS_UNIT_FDT_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the blob to memory of exactly its size, so that a sanitizer sees each byte too far, opens
 * it and reads all of it. Returns true when it could be opened. Aborts when a walk does not end.
 */
bool fdt_exercise(const void *blob, size_t size);

#endif
