/* SPDX-License-Identifier: MIT */
#include "kernel/job.h"

#include <stddef.h>

#include <crosscall/resched.h>

#include <asm/cpu.h>

#include "kernel/idle.h"
#include "kernel/percpu.h"

static void do_job(struct job *job)
{
	job->run(job->arg);
	/* Release, paired with the acquire in is_done(). */
	atomic_store_explicit(&job->done, 1, memory_order_release);
}

bool job_start(unsigned int cpu, struct job *job)
{
	atomic_store_explicit(&job->done, 0, memory_order_relaxed);
	if (cpu == this_cpu()->cpu) {
		do_job(job);
		return true;
	}
	/* Release, paired with the acquire in job_serve(). */
	atomic_store_explicit(&cpu_data(cpu)->job, job, memory_order_release);
	return resched_cpu(cpu) == 0;
}

static bool is_done(void *arg)
{
	const struct job *job = arg;

	return atomic_load_explicit(&job->done, memory_order_acquire) != 0;
}

bool job_wait(struct job *job)
{
	return wait_until(is_done, job, PATIENCE_NS);
}

void job_serve(void)
{
	struct job *job = atomic_exchange_explicit(&this_cpu()->job, NULL, memory_order_acquire);

	if (job != NULL) {
		do_job(job);
	}
}
