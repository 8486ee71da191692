/* SPDX-License-Identifier: MIT */
#include "kernel/uart.h"

#include <asm/cpu.h>

#include "kernel/arch.h"

#define SEND_TURNS 1000000U
#define UART_IO_SIZE 0x1000U

static const struct uart_driver *const drivers[] = {&uart_16550, &uart_pl011};

static struct uart found;

static const struct uart_driver *driver_for(const struct dt *dt, int node)
{
	for (unsigned int i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		for (const char *const *name = drivers[i]->compatible; *name != NULL; name++) {
			if (dt_string_list_has(dt, node, "compatible", *name)) {
				return drivers[i];
			}
		}
	}
	return NULL;
}

static bool try_node(const struct dt *dt, int node)
{
	const struct uart_driver *driver = driver_for(dt, node);
	uint64_t address;

	if (driver == NULL || !dt_enabled(dt, node) || !dt_reg(dt, node, 0, &address, NULL)) {
		return false;
	}
	found.regs = arch_map_io(address, UART_IO_SIZE);
	if (found.regs == NULL) {
		return false;
	}
	found.driver = driver;
	driver->init(&found, dt, node);
	return true;
}

const struct uart *uart_find(const struct dt *dt)
{
	const char *path = dt_string(dt, dt_find_path(dt, "/chosen"), "stdout-path");

	if (path != NULL && try_node(dt, dt_find_path(dt, path))) {
		return &found;
	}
	for (int node = dt_root(dt); node != DT_NONE; node = dt_next(dt, node)) {
		if (try_node(dt, node)) {
			return &found;
		}
	}
	return NULL;
}

void uart_putc(const struct uart *uart, char c)
{
	for (unsigned int turn = 0; turn < SEND_TURNS; turn++) {
		if (uart->driver->can_send(uart)) {
			uart->driver->send(uart, (uint8_t)c);
			return;
		}
		cpu_relax();
	}
}

int uart_getc(const struct uart *uart)
{
	return uart->driver->receive(uart);
}
