/* SPDX-License-Identifier: MIT */
#include "kernel/sched/call_on_cpu.h"

#include <stdio.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>

#include <asm/cpu.h>

#include "kernel/percpu.h"
#include "kernel/sched/sched.h"

#define PRIO_CALL (PRIO_CONSOLE - 1)

static unsigned int where_am_i(void)
{
	unsigned int cpu;

	preempt_disable();
	cpu = this_cpu()->cpu;
	preempt_enable();
	return cpu;
}

static long serve(void *arg)
{
	struct cpu_call *call = arg;

	call->result = where_am_i() == call->cpu ? call->func(call->par) : -ENXIO;
	complete(&call->done);
	return 0;
}

static bool takes_threads(unsigned int cpu)
{
	struct sched_stats stats;

	return cpu_online(cpu) && sched_stats_read(cpu, &stats) && stats.active;
}

int cpu_call_start(struct cpu_call *call, unsigned int cpu, int (*func)(void *par), void *par)
{
	struct cpumask there = cpumask_of(cpu);
	char name[TASK_NAME_SIZE];

	if (func == NULL || cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	if (!takes_threads(cpu)) {
		return -ENXIO;
	}
	*call = (struct cpu_call){.func = func, .par = par, .cpu = cpu};
	completion_init(&call->done, "of a call on a CPU");
	snprintf(name, sizeof(name), "call/%u", cpu);
	call->task = task_create(name, serve, call, PRIO_CALL, &there);
	if (call->task == NULL) {
		return -EBUSY;
	}
	task_start(call->task);
	return 0;
}

int cpu_call_wait(struct cpu_call *call, uint64_t ns)
{
	if (ns == NO_DEADLINE) {
		wait_for_completion(&call->done);
	} else if (wait_for_completion_timeout(&call->done, ns) != 0) {
		task_detach(call->task);
		return -ETIMEDOUT;
	}
	/* The thread has nothing left to do: at the return it is back in the pool. */
	task_join(call->task, NULL);
	return call->result;
}

int smp_call_on_cpu(unsigned int cpu, int (*func)(void *par), void *par)
{
	struct cpu_call call;
	int error;

	assert_may_sleep("calls smp_call_on_cpu", "");
	error = cpu_call_start(&call, cpu, func, par);
	return error != 0 ? error : cpu_call_wait(&call, NO_DEADLINE);
}
