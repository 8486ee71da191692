/* SPDX-License-Identifier: MIT */
/* Serial ports, polled. The speed stays as the firmware set it. */
#ifndef KERNEL_UART_H
#define KERNEL_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/fdt.h"

struct uart {
	const struct uart_driver *driver;
	void *regs;
	unsigned int shift; /* log2 of the distance between registers */
	unsigned int width; /* bytes of one access */
};

struct uart_driver {
	const char *const *compatible; /* ends with null */
	/*
	 * Ready for use: 8 bits, no parity, no interrupts. Takes what else it needs from the node.
	 */
	void (*init)(struct uart *uart, const struct dt *dt, int node);
	bool (*can_send)(const struct uart *uart);
	void (*send)(const struct uart *uart, uint8_t byte);
	int (*receive)(const struct uart *uart); /* -1: nothing there */
};

extern const struct uart_driver uart_16550;
extern const struct uart_driver uart_pl011;

/*
 * The UART of /chosen/stdout-path, or else the first that a driver knows; null when there is none.
 */
const struct uart *uart_find(const struct dt *dt);

/* Waits for room, but not for ever: a UART that never takes the byte loses it. */
void uart_putc(const struct uart *uart, char c);
int uart_getc(const struct uart *uart);

#endif
