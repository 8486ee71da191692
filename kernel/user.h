/* SPDX-License-Identifier: MIT */
/* A program in user mode (U-mode, EL0), on one CPU at a time each. */
#ifndef KERNEL_USER_H
#define KERNEL_USER_H

/* How it ended. */
struct user_end {
	const char *exception; /* null: by its own system call */
	unsigned long value;   /* the call's argument; with an exception, where it was */
};

/*
 * Runs the program at 'pc', with 'argument' in its first argument register and zero in all others,
 * until it ends. Interrupts are taken meanwhile. The space that it lives in is loaded. Thread
 * context, interrupts masked.
 */
void user_run(unsigned long pc, unsigned long argument, struct user_end *end);

#endif
