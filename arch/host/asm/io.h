/* SPDX-License-Identifier: MIT */
/* Device registers on the host: a fake that the test supplies (tests/unit/fake_gic.c). */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <stdint.h>

uint8_t read8_relaxed(const volatile void *address);
uint32_t read32_relaxed(const volatile void *address);
void write8_relaxed(volatile void *address, uint8_t value);
void write32_relaxed(volatile void *address, uint32_t value);

#endif
