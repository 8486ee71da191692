/* SPDX-License-Identifier: MIT */
/* A function of the running test, in the handler of every kind. */
#ifndef TESTS_CONFORM_HOOK_H
#define TESTS_CONFORM_HOOK_H

/* Runs in interrupt context, before the kind is counted as seen. */
typedef void (*ipi_hook_t)(unsigned int kind);

/* Null for none. */
void set_ipi_hook(ipi_hook_t hook);

#endif
