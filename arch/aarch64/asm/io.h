/* SPDX-License-Identifier: MIT */
/*
 * Memory-mapped registers. The memory is mapped as Device-nGnRE: accesses to one device stay in
 * order among each other. The _relaxed ones order nothing else; the others also come after every
 * earlier memory access (writes) and before every later one (reads). One instruction each, by hand:
 * a compiler may choose an addressing mode that a hypervisor cannot decode.
 */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <stdint.h>

static inline uint8_t read8_relaxed(const volatile void *address)
{
	uint32_t value;

	__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return (uint8_t)value;
}

static inline uint32_t read32_relaxed(const volatile void *address)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write8_relaxed(volatile void *address, uint8_t value)
{
	__asm__ volatile("strb %w0, [%1]" : : "r"((uint32_t)value), "r"(address) : "memory");
}

static inline void write32_relaxed(volatile void *address, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline uint8_t read8(const volatile void *address)
{
	uint8_t value = read8_relaxed(address);

	__asm__ volatile("dmb oshld" : : : "memory");
	return value;
}

static inline uint32_t read32(const volatile void *address)
{
	uint32_t value = read32_relaxed(address);

	__asm__ volatile("dmb oshld" : : : "memory");
	return value;
}

static inline void write8(volatile void *address, uint8_t value)
{
	__asm__ volatile("dmb osh" : : : "memory");
	write8_relaxed(address, value);
}

static inline void write32(volatile void *address, uint32_t value)
{
	__asm__ volatile("dmb osh" : : : "memory");
	write32_relaxed(address, value);
}

#endif
