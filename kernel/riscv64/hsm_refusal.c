/* SPDX-License-Identifier: MIT */
#include "kernel/riscv64/hsm_refusal.h"

#include <stdio.h>

/* SBI 2.0, chapter 3, table 1. */
#define FAILED (-1)
#define NOT_SUPPORTED (-2)
#define INVALID_PARAM (-3)
#define DENIED (-4)
#define INVALID_ADDRESS (-5)
#define ALREADY_AVAILABLE (-6)
#define ALREADY_STARTED (-7)

static const char *reason(long error)
{
	switch (error) {
	case FAILED:
		return "it failed";
	case NOT_SUPPORTED:
		return "not supported";
	case INVALID_PARAM:
		return "it knows no such hart";
	case DENIED:
		return "denied";
	case INVALID_ADDRESS:
		return "invalid address";
	case ALREADY_AVAILABLE:
		return "it runs already";
	case ALREADY_STARTED:
		return "it was started already";
	default:
		return NULL;
	}
}

void hsm_refusal(char *text, size_t size, long error)
{
	const char *why = reason(error);

	if (why != NULL) {
		snprintf(text, size, "the firmware will not start it: %s", why);
	} else {
		snprintf(text, size, "the firmware will not start it: error %ld", error);
	}
}
