/* SPDX-License-Identifier: MIT */
/* The words of the kernel's command line (/chosen/bootargs). */
#ifndef KERNEL_PARAMS_H
#define KERNEL_PARAMS_H

#include <stdbool.h>

#include "kernel/fdt.h"

/* What the boot arguments say; README.md has those for users. In order of size, not of sense. */
struct params {
	const char *only;	/* "conform=PART": only its tests whose name contains this */
	const char *doorbell;	/* "doorbell=NAME" or "auto" */
	const char *tlb;	/* "tlb=ipi", "tlb=firmware" or "tlb=broadcast" */
	const char *tick;	/* "tick=none" or ... */
	const char *poll;	/* "poll=auto", "poll=off" or "poll=NS": see idle.h */
	const char *nmi_word;	/* "nmi=auto" or "nmi=off" ... */
	const char *check_word; /* "check=on" or "check=off" ... */
	const char *park;	/* "park=LIST": these wait at their mailboxes from the boot on */
	const char *rows;	/* "bench=ROW,ROW": only these; or "all" */
	unsigned int seed;	/* "seed=N": of its random numbers */
	unsigned int torture;	/* "torture=N": iterations a CPU of its torture */
	unsigned int cpus;	/* "cpus=N": start no more than N */
	unsigned int rest;	/* "rest=N": so many seconds without work must send nothing */
	unsigned int hotplug;	/* "hotplug=N": take CPUs away and bring them back N times */
	unsigned int threads;	/* "threads=N": so many do everything at random ... */
	unsigned int seconds;	/* "seconds=N": ... for so long */
	unsigned int patience;	/* "patience=N": seconds until what does not come is given up */
	unsigned int samples;	/* "samples=N": of each row of the benchmark at most */
	unsigned int row_ms;	/* "row-ms=N": milliseconds for each row at most */
	unsigned int spread;	/* "spread=N": virtual CPUs take turns on so many of the host */
	bool batch;		/* "batch": no shell, power off after the table */
	bool conform;		/* "conform": run the conformance suite instead of the self-check */
	bool tick_broadcast;	/* "tick=broadcast": see timer.h */
	bool check;		/* the self-check; without it only what else was asked for */
	bool nmi;		/* masking by priority, where that works */
	bool bench;		/* "bench": the benchmark instead of the self-check */
	bool fail_fast;		/* "fail-fast": the first check that fails ends the run */
	bool csv;		/* "csv": lines for programs instead of a table */
};

extern struct params params;

/*
 * Reads the words. One that nobody knows is named and ignored. Returns false, after a line that
 * says what is wrong, when a known word's value cannot be used.
 */
bool params_read(const struct dt *dt);

/* A decimal number from 'low' to 'high' and nothing else. */
bool parse_number(const char *text, unsigned int low, unsigned int high, unsigned int *value);

#endif
