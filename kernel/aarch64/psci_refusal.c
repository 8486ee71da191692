/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/psci_refusal.h"

#include <stdio.h>

/* Arm DEN 0022, section 5.2.2. */
#define NOT_SUPPORTED (-1)
#define INVALID_PARAMETERS (-2)
#define DENIED (-3)
#define ALREADY_ON (-4)
#define ON_PENDING (-5)
#define INTERNAL_FAILURE (-6)
#define NOT_PRESENT (-7)
#define DISABLED (-8)
#define INVALID_ADDRESS (-9)

static const char *reason(long error)
{
	switch (error) {
	case NOT_SUPPORTED:
		return "not supported";
	case INVALID_PARAMETERS:
		return "it knows no such CPU";
	case DENIED:
		return "denied";
	case ALREADY_ON:
		return "it is on already";
	case ON_PENDING:
		return "it is being started already";
	case INTERNAL_FAILURE:
		return "internal failure";
	case NOT_PRESENT:
		return "it is not there";
	case DISABLED:
		return "it is disabled";
	case INVALID_ADDRESS:
		return "invalid entry address";
	default:
		return NULL;
	}
}

void psci_refusal(char *text, size_t size, long error)
{
	const char *why = reason(error);

	if (why != NULL) {
		snprintf(text, size, "PSCI will not start it: %s", why);
	} else {
		snprintf(text, size, "PSCI will not start it: error %ld", error);
	}
}
