/* SPDX-License-Identifier: MIT */
/* Addresses as people read them. The table is made from the linked kernel: tools/symbols.sh. */
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

/*
 * The function that the address is in, and how far; null when it is not in the kernel's code. Any
 * context.
 */
const char *symbol_find(unsigned long address, unsigned long *offset);

#endif
