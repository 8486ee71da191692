/* SPDX-License-Identifier: MIT */
/* The command line of sim-conform. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>

#include "sim/sim.h"
#include "tests/conform/conform.h"

struct sim_options {
	unsigned int cpus;
	bool direct;
	struct sim_faults faults;
	struct conform_options suite;
};

/* Returns 0, or the exit status: 2 after one line about what is wrong. */
int sim_parse_options(struct sim_options *options, int argc, char **argv);

#endif
