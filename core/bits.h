/* SPDX-License-Identifier: MIT */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include <stdint.h>

/*
 * The number of the lowest bit that is set; 'word' is not 0. By halving: the compiler's built-in
 * calls into its own library (__ctzdi2) on targets without such an instruction, and core/ needs
 * no library.
 */
static inline unsigned int lowest_bit(uint64_t word)
{
	unsigned int bit = 0;

	for (unsigned int half = 32; half != 0; half /= 2) {
		if ((word & ((UINT64_C(1) << half) - 1)) == 0) {
			word >>= half;
			bit += half;
		}
	}
	return bit;
}

#endif
