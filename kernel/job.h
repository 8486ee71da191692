/* SPDX-License-Identifier: MIT */
/* Something to do in another CPU's thread context, where it may take interrupts meanwhile. */
#ifndef KERNEL_JOB_H
#define KERNEL_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct job {
	void (*run)(void *arg);
	void *arg;
	_Atomic uint32_t done;
};

/*
 * Has the job done on 'cpu', one at a time there, and does not wait; on this CPU, at once. False
 * when the CPU cannot be rung. Thread context, interrupts enabled.
 */
bool job_start(unsigned int cpu, struct job *job);

/* False when it is not done within PATIENCE_NS. What it stored comes first. */
bool job_wait(struct job *job);

/* Does what this CPU was given. Its idle loop, interrupts enabled. */
void job_serve(void);

#endif
