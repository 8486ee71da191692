/* SPDX-License-Identifier: MIT */
/* What the run has shown so far, and the line that says so. */
#ifndef KERNEL_RESULT_H
#define KERNEL_RESULT_H

#include <stdbool.h>

/*
 * One check. When it failed, prints the line, which says what is wrong, and with "fail-fast" ends
 * the run. Returns 'ok'. The boot CPU.
 */
bool result_check(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Many at once, already told; "fail-fast" as above. */
void result_add(unsigned long checks, unsigned long failed);

/* What the last line says about the machine. */
void result_set_doorbell(const char *name);
void result_set_cpus(unsigned int cpus);

/* The last line, as FAIL, for what ended the run before its time. */
void result_print_fail(void);

/* The last line, and the end. */
_Noreturn void result_exit(void);

/* Cannot go on: prints why, then the last line as FAIL. */
_Noreturn void give_up(const char *why);

#endif
