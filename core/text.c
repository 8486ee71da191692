/* SPDX-License-Identifier: MIT */
#include "core/text.h"

void text_init(struct text *t)
{
	t->len = 0;
	t->line[0] = '\0';
}

void text_str(struct text *t, const char *s)
{
	while (*s != '\0' && t->len + 1 < sizeof(t->line)) {
		t->line[t->len++] = *s++;
	}
	t->line[t->len] = '\0';
}

void text_dec(struct text *t, unsigned long value)
{
	char digits[3 * sizeof(value) + 1];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	text_str(t, &digits[at]);
}

void text_hex(struct text *t, unsigned long value)
{
	char digits[2 * sizeof(value) + 1];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % 16];
		value /= 16;
	} while (value != 0);
	text_str(t, "0x");
	text_str(t, &digits[at]);
}
