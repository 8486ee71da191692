/* SPDX-License-Identifier: MIT */
/* The console's commands. */
#ifndef KERNEL_SHELL_H
#define KERNEL_SHELL_H

/* Reads and runs commands until "quit". The boot CPU, thread context. */
void shell_run(void);

#endif
