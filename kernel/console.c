/* SPDX-License-Identifier: MIT */
#include "kernel/console.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/uart.h"

/* How long a crashing CPU waits for the owner: a line takes milliseconds, also on a slow UART. */
#define SEIZE_NS 1000000000ULL
#define SEIZE_TURNS 100000000U /* when there is no clock yet */

static struct {
	_Atomic uintptr_t owner; /* the struct percpu of the CPU that prints; 0: nobody */
	_Atomic bool crashed;	 /* the owner keeps it for good */
	unsigned int depth;	 /* the owner's, as the rest */
	bool midline;
	bool inherited; /* it was when the owner took the lock: somebody else's line */
	_Atomic unsigned int breaks;
	const struct uart *uart;
} console;

static bool is_owner(void)
{
	return atomic_load_explicit(&console.owner, memory_order_relaxed) == (uintptr_t)this_cpu();
}

/* Acquire, paired with the release in console_unlock(): the owner's fields come with the lock. */
static bool try_lock(void)
{
	uintptr_t nobody = 0;

	return atomic_compare_exchange_strong_explicit(&console.owner, &nobody,
						       (uintptr_t)this_cpu(), memory_order_acquire,
						       memory_order_relaxed);
}

unsigned long console_lock(void)
{
	unsigned long state = local_irq_save();

	while (!is_owner() && !try_lock()) {
		/* Nobody gives it back after a crash: what this CPU prints is dropped by put(). */
		if (atomic_load_explicit(&console.crashed, memory_order_relaxed)) {
			return state;
		}
		cpu_relax();
	}
	if (console.depth++ == 0) {
		console.inherited = console.midline;
	}
	return state;
}

void console_unlock(unsigned long state)
{
	if (is_owner() && --console.depth == 0 &&
	    !atomic_load_explicit(&console.crashed, memory_order_relaxed)) {
		/* Release, paired with try_lock(). */
		atomic_store_explicit(&console.owner, 0, memory_order_release);
	}
	local_irq_restore(state);
}

static void raw(char c)
{
	if (console.uart != NULL) {
		uart_putc(console.uart, c);
	} else {
		arch_early_putc(c);
	}
}

static int put(char c, FILE *file)
{
	(void)file;
	if (!is_owner()) {
		return 0;
	}
	if (c == '\n') {
		raw('\r');
	}
	raw(c);
	console.midline = c != '\n';
	return 0;
}

static FILE console_file = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);

void console_seize(void)
{
	uint64_t start = arch_clock_ns();

	local_irq_disable();
	for (uint32_t turn = 0; turn < SEIZE_TURNS && !is_owner() && !try_lock(); turn++) {
		if (arch_clock_ns() - start > SEIZE_NS) {
			break;
		}
		cpu_relax();
	}
	/* From here on a former owner that was only slow is no owner: put() drops what it says. */
	atomic_store_explicit(&console.owner, (uintptr_t)this_cpu(), memory_order_relaxed);
	atomic_store_explicit(&console.crashed, true, memory_order_relaxed);
	console.depth = 1;
	if (console.midline) {
		put('\n', &console_file);
	}
}

void printk(const char *format, ...)
{
	unsigned long state = console_lock();
	va_list args;

	if (is_owner() && console.inherited) {
		put('\n', &console_file);
		console.inherited = false;
		atomic_fetch_add_explicit(&console.breaks, 1, memory_order_relaxed);
	}
	va_start(args, format);
	vfprintf(&console_file, format, args);
	va_end(args);
	console_unlock(state);
}

void console_write(const char *text)
{
	unsigned long state = console_lock();

	if (is_owner()) {
		console.inherited = false; /* it goes on with the line */
	}
	while (*text != '\0') {
		put(*text++, &console_file);
	}
	console_unlock(state);
}

unsigned int console_breaks(void)
{
	return atomic_load_explicit(&console.breaks, memory_order_relaxed);
}

int console_getc(void)
{
	return console.uart == NULL ? -1 : uart_getc(console.uart);
}

void console_init(const struct dt *dt)
{
	console.uart = uart_find(dt);
}
