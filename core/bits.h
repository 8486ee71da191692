/* SPDX-License-Identifier: MIT */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include <stdint.h>

/*
 * The number of the lowest bit that is set; 'word' is not 0. The compiler's built-in calls into its
 * own library (__ctzdi2) on targets without such an instruction, and core/ needs no library. So: a
 * De Bruijn sequence shifted left by n has a value of its own in the top six bits for each n.
 */
static inline unsigned int lowest_bit(uint64_t word)
{
	static const uint8_t number[64] = {0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38,
					   29, 17, 4,  62, 55, 59, 36, 53, 51, 43, 22, 45, 39,
					   33, 30, 24, 18, 12, 5,  63, 47, 56, 27, 60, 41, 37,
					   16, 54, 35, 52, 21, 44, 32, 23, 11, 46, 26, 40, 15,
					   34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6};

	return number[((word & -word) * UINT64_C(0x03f79d71b4cb0a89)) >> 58];
}

#endif
