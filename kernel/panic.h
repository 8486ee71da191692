/* SPDX-License-Identifier: MIT */
/* Ends that nobody wanted, and the one way to survive them: a test that expects one. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <stdbool.h>
#include <stddef.h>

/* One line, then the FAIL line, then power off with status 1. Any CPU, any context. */
_Noreturn void panic(const char *message);

/*
 * Runs fn(arg). True when it panicked: 'message' has the text, and interrupts are as before. False
 * when it returned. Thread context; not nested.
 */
bool catch_panic(void (*fn)(void *arg), void *arg, char *message, size_t size);

#endif
