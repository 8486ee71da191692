/* SPDX-License-Identifier: MIT */
/* The 16550 and its many copies: PC16550D data sheet, section 8. */
#include <asm/io.h>

#include "kernel/uart.h"

enum register_16550 {
	RBR_THR = 0, /* receive when read, transmit when written */
	IER = 1,
	FCR = 2,
	LCR = 3,
	LSR = 5,
};

#define FCR_FIFO_ENABLE 0x01U
#define LCR_8N1 0x03U
#define LSR_DATA_READY 0x01U
#define LSR_THR_EMPTY 0x20U
#define LARGEST_REG_SHIFT 4U

static void *reg(const struct uart *uart, enum register_16550 index)
{
	return (char *)uart->regs + ((unsigned int)index << uart->shift);
}

static uint32_t get(const struct uart *uart, enum register_16550 index)
{
	return uart->width == 4 ? read32(reg(uart, index)) : read8(reg(uart, index));
}

static void set(const struct uart *uart, enum register_16550 index, uint8_t value)
{
	if (uart->width == 4) {
		write32(reg(uart, index), value);
	} else {
		write8(reg(uart, index), value);
	}
}

static void init(struct uart *uart, const struct dt *dt, int node)
{
	uint64_t value;

	uart->shift = dt_u64(dt, node, "reg-shift", &value) && value <= LARGEST_REG_SHIFT
			      ? (unsigned int)value
			      : 0;
	uart->width = dt_u64(dt, node, "reg-io-width", &value) && value == 4 ? 4 : 1;
	set(uart, IER, 0);
	set(uart, LCR, LCR_8N1);
	set(uart, FCR, FCR_FIFO_ENABLE);
}

static bool can_send(const struct uart *uart)
{
	return (get(uart, LSR) & LSR_THR_EMPTY) != 0;
}

static void send(const struct uart *uart, uint8_t byte)
{
	set(uart, RBR_THR, byte);
}

static int receive(const struct uart *uart)
{
	return (get(uart, LSR) & LSR_DATA_READY) != 0 ? (int)(get(uart, RBR_THR) & 0xff) : -1;
}

static const char *const compatible[] = {"ns16550a", "ns16550", "snps,dw-apb-uart", NULL};

const struct uart_driver uart_16550 = {
	.compatible = compatible,
	.init = init,
	.can_send = can_send,
	.send = send,
	.receive = receive,
};
