/* SPDX-License-Identifier: MIT */
/* The ways of reaching one CPU that the self-check tries between every two of them. */
#ifndef KERNEL_SELFCHECK_WAYS_H
#define KERNEL_SELFCHECK_WAYS_H

#include <stdbool.h>

struct way {
	const char *what;
	unsigned int kind;
	unsigned int second; /* another kind that comes with it; 0: none */
	bool to_self;	     /* a send to the sender itself arrives too */
	/* On the sender, interrupts masked. 0 or an error. */
	int (*send)(unsigned int cpu);
};

/* Tried one after the other unless CPUs are very many; end with a null 'what'. */
extern const struct way basic_ways[];
/* Tried one after the other on few CPUs, all at once on many. */
extern const struct way more_ways[];
/* The sender waits in each: on many CPUs only from one to the next. */
extern const struct way waiting_ways[];

/* Registers the kind of the table's own. */
void ways_init(void);

#endif
