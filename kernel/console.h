/* SPDX-License-Identifier: MIT */
/*
 * The console: what any CPU prints in any context, a line never torn.
 *
 * Output goes straight to the UART under one lock, taken with interrupts masked and by CPU, so that
 * it nests: an exception in the middle of a line can still be reported by the CPU that was
 * printing. A CPU that crashes does not wait for ever for the lock: after a bounded time it takes
 * it over, and what the former owner still says is dropped.
 */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <stdbool.h>

#include "kernel/fdt.h"

/*
 * Finds the UART that /chosen names, or else any, and uses it from now on; until then, and where
 * there is none, arch_early_putc() does. Context: the boot CPU, alone.
 */
void console_init(const struct dt *dt);

/*
 * Prints one line or more, newline included. Starts on a new line if the cursor is not at one. Any
 * context.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Several printk() calls in one piece. Nests. Masks interrupts and returns what unlock needs. */
unsigned long console_lock(void);
void console_unlock(unsigned long state);

/* For a CPU that crashes: the lock for good. Other CPUs print nothing any more. */
void console_seize(void);

/* For the line editor: text as it is, the cursor may stay in the line. */
void console_write(const char *text);

/* A byte that was typed; -1 when there is none. Does not wait. One CPU at a time. */
int console_getc(void);

/*
 * Counts the printk() lines that had to break off somebody's unfinished line: redraw when it
 * changes.
 */
unsigned int console_breaks(void);

#endif
