/* SPDX-License-Identifier: MIT */
/*
 * One line of text for a report or a panic, built without a printf. What does not fit is cut off.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stddef.h>

struct text {
	char line[160];
	size_t len;
};

void text_init(struct text *t);
void text_str(struct text *t, const char *s);
void text_dec(struct text *t, unsigned long value);
void text_hex(struct text *t, unsigned long value); /* with 0x */

#endif
