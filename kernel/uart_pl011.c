/* SPDX-License-Identifier: MIT */
/* Arm PrimeCell UART PL011: Technical Reference Manual DDI 0183, chapter 3. */
#include <asm/io.h>

#include "kernel/uart.h"

enum register_pl011 {
	DR = 0x00,
	FR = 0x18,
	LCR_H = 0x2c,
	CR = 0x30,
	IMSC = 0x38,
};

#define FR_RX_EMPTY 0x010U
#define FR_TX_FULL 0x020U
#define LCR_H_FIFO_8N1 0x070U
#define CR_ENABLE 0x301U /* the UART, its transmitter, its receiver */

static void *reg(const struct uart *uart, enum register_pl011 offset)
{
	return (char *)uart->regs + offset;
}

static void init(struct uart *uart, const struct dt *dt, int node)
{
	(void)dt;
	(void)node;
	write32(reg(uart, IMSC), 0);
	write32(reg(uart, LCR_H), LCR_H_FIFO_8N1);
	write32(reg(uart, CR), CR_ENABLE);
}

static bool can_send(const struct uart *uart)
{
	return (read32(reg(uart, FR)) & FR_TX_FULL) == 0;
}

static void send(const struct uart *uart, uint8_t byte)
{
	write32(reg(uart, DR), byte);
}

static int receive(const struct uart *uart)
{
	return (read32(reg(uart, FR)) & FR_RX_EMPTY) == 0 ? (int)(read32(reg(uart, DR)) & 0xff)
							  : -1;
}

static const char *const compatible[] = {"arm,pl011", NULL};

const struct uart_driver uart_pl011 = {
	.compatible = compatible,
	.init = init,
	.can_send = can_send,
	.send = send,
	.receive = receive,
};
