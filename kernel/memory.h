/* SPDX-License-Identifier: MIT */
/*
 * Memory that boot hands out and nobody gives back: per-CPU areas, stacks, the library's requests.
 * It lies above the image in the bank of memory that holds the image, around everything that is
 * reserved. All of it is mapped by memory_init(), with the largest leaves that fit: handing it out
 * changes no translation.
 */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <stddef.h>

#include "kernel/fdt.h"

/* Null, or a line without newline that says why there is no memory to hand out. */
const char *memory_init(const struct dt *dt);

/*
 * Zeroed; 'align' is a power of two. Null, after a line that says so, when there is not enough. The
 * boot CPU.
 */
void *memory_reserve(size_t size, size_t align);

#endif
