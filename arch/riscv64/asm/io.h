/* SPDX-License-Identifier: MIT */
/*
 * Device registers. A read is ordered before later memory accesses, a write after earlier ones
 * (RISC-V Unprivileged ISA, RVWMO: plain accesses to I/O and memory are not ordered by themselves).
 */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <stdint.h>

static inline uint8_t read8(const void *reg)
{
	uint8_t value = *(const volatile uint8_t *)reg;

	__asm__ volatile("fence i, iorw" : : : "memory");
	return value;
}

static inline uint32_t read32(const void *reg)
{
	uint32_t value = *(const volatile uint32_t *)reg;

	__asm__ volatile("fence i, iorw" : : : "memory");
	return value;
}

static inline void write8(void *reg, uint8_t value)
{
	__asm__ volatile("fence iorw, o" : : : "memory");
	*(volatile uint8_t *)reg = value;
}

static inline void write32(void *reg, uint32_t value)
{
	__asm__ volatile("fence iorw, o" : : : "memory");
	*(volatile uint32_t *)reg = value;
}

#endif
