/* SPDX-License-Identifier: MIT */
/* Reading a line from the console, with editing and history. */
#ifndef KERNEL_EDITOR_H
#define KERNEL_EDITOR_H

/*
 * Shows 'prompt' and returns the line that was typed, without its end; valid until the next call.
 * Backspace, Ctrl-U (erases the line), Ctrl-C (drops it), Ctrl-L, arrow up and down. Sleeps while
 * nothing is typed. The boot CPU, thread context.
 */
char *editor_read(const char *prompt);

#endif
