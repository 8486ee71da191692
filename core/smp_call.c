/* SPDX-License-Identifier: MIT */
/* Calls to one CPU. The queue's proof is in call_queue.c, the waiting in call_wait.c. */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/smp_call.h>

#include "core/call.h"
#include "core/smp.h"

void call_init(unsigned int nr_cpus, void *memory)
{
	call_queue_init(nr_cpus);
	call_pool_init(nr_cpus, memory);
}

bool call_is_deaf(unsigned int cpu)
{
	if (!ipi_take_owed(cpu, IPI_CALL_FUNC)) {
		return false;
	}
	unsigned long state = port_local_irq_save();
	int err = ipi_send_to(cpu, IPI_CALL_FUNC);

	port_local_irq_restore(state);
	return err == -EIO;
}

void csd_fill(struct call_single_data *csd, unsigned int cpu, const struct smp_call *call)
{
	csd->func = call->func;
	csd->info = call->info;
	csd->dst = cpu & 0xfff; /* CROSSCALL_NR_CPUS is at most 4096 */
	csd->poll_safe = call->poll_safe;
	csd->timed = call->timeout_ns != 0;
	/* relaxed: published by the push */
	atomic_store_explicit(&csd->state, call->wait ? CSD_QUEUED_WAIT : CSD_QUEUED,
			      memory_order_relaxed);
}

/*
 * Gives the request to the CPU and rings it when needed. Interrupts masked. On an error the
 * function will not run; after -EIO the request stays in the queue, cancelled, until the CPU
 * passes over it.
 */
static int post(struct call_single_data *csd, unsigned int cpu)
{
	/* relaxed: the caller of this function has written it */
	uint32_t queued = atomic_load_explicit(&csd->state, memory_order_relaxed);
	int pushed = call_queue_push(cpu, csd);

	if (pushed < 0) {
		return pushed;
	}
	if (pushed == 0) {
		ipi_stats_raised(IPI_CALL_FUNC, IPI_SKIPPED);
		return 0;
	}
	int err = ipi_send_to(cpu, IPI_CALL_FUNC);

	/*
	 * A CPU that went offline after the push has run the request or runs it right now (point
	 * 5), and one that could not be rung may still have been: only a request taken back is an
	 * error.
	 */
	if (err == -EIO && csd_cancel_use(csd, queued)) {
		return -EIO;
	}
	return 0;
}

static bool is_held_by(struct call_pool *pool, unsigned int cpu)
{
	if (!call_pool_has_given_up(pool)) {
		return false;
	}
	struct cpumask mask = cpumask_of(cpu);

	return call_pool_find_holder(pool, &mask, &cpu);
}

/*
 * Reserves, fills and posts one of this CPU's requests. Interrupts masked. Returns -EBUSY when
 * none is left. A CPU that is still deaf, or holds requests that were given up, is found out before
 * a request is spent on it: those would pile up in its queue.
 */
static int post_single(unsigned int cpu, const struct smp_call *call,
		       struct call_single_data **posted)
{
	if (ipi_is_owed(cpu, IPI_CALL_FUNC) && call_is_deaf(cpu)) {
		return -EIO;
	}
	struct call_pool *pool = call_pool_here();
	struct call_single_data *csd = is_held_by(pool, cpu) ? NULL : call_pool_reserve_one(pool);

	if (csd == NULL) {
		return -EBUSY;
	}
	csd_fill(csd, cpu, call);
	int err = post(csd, cpu);

	if (err == -ENXIO) {
		csd_release(csd);
	}
	*posted = csd;
	return err;
}

static int run_here(unsigned int self, const struct smp_call *call)
{
	if (!cpu_online(self)) {
		return -ENXIO;
	}
	call->func(call->info);
	return 0;
}

static int call_end_error(enum call_end end)
{
	switch (end) {
	case CALL_DONE:
		return 0;
	case CALL_UNREACHED:
		return -EIO;
	default:
		return -ETIMEDOUT;
	}
}

/*
 * One attempt. Returns -EBUSY, and nothing has happened, or the result; *csd is set when there is
 * something to wait for, and *masked says whether interrupts are.
 */
static int start_single(unsigned int cpu, const struct smp_call *call,
			struct call_single_data **csd, bool *masked)
{
	unsigned long state = port_local_irq_save();
	unsigned int self = port_smp_processor_id();
	int err;

	*masked = state == 0;
	if (cpu == self) {
		err = run_here(self, call);
	} else {
		if (call->wait && *masked && !call->poll_safe) {
			smp_panic("smp_call_function_single", "waits with interrupts masked");
		}
		err = post_single(cpu, call, csd);
	}
	port_local_irq_restore(state);
	return err;
}

static int call_single(unsigned int cpu, const struct smp_call *call)
{
	struct call_single_data *csd = NULL;
	struct call_waiter waiter;
	bool masked = false;

	if (call->func == NULL || cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	int err = start_single(cpu, call, &csd, &masked);

	if (!call->wait) {
		return err;
	}
	call_waiter_init(&waiter, masked, call->timeout_ns);
	while (err == -EBUSY) {
		struct cpumask mask = cpumask_of(cpu);

		if (call_wait_for_room(&waiter, &mask)) {
			return -ETIMEDOUT; /* no request became free in time */
		}
		call_wait_turn(&waiter);
		err = start_single(cpu, call, &csd, &masked);
	}
	return err == 0 && csd != NULL ? call_end_error(csd_wait(csd, &waiter)) : err;
}

int smp_call_function_single(unsigned int cpu, smp_call_func_t func, void *info, bool wait)
{
	struct smp_call call = {.func = func, .info = info, .wait = wait};

	return call_single(cpu, &call);
}

int smp_call_function_single_timeout(unsigned int cpu, smp_call_func_t func, void *info,
				     uint64_t timeout_ns)
{
	struct smp_call call = {.func = func, .info = info, .wait = true, .timeout_ns = timeout_ns};

	return timeout_ns == 0 ? -EINVAL : call_single(cpu, &call);
}

int smp_call_function_single_poll(unsigned int cpu, smp_call_func_t func, void *info)
{
	struct smp_call call = {.func = func, .info = info, .wait = true, .poll_safe = true};

	return call_single(cpu, &call);
}

/* This CPU if it is in the set, else the nearest; CROSSCALL_NR_CPUS when the set is empty. */
static unsigned int choose_any(const struct cpumask *allowed)
{
	unsigned long state = port_local_irq_save();
	unsigned int cpu = port_smp_processor_id();

	port_local_irq_restore(state);
	return cpumask_test_cpu(cpu, allowed) ? cpu : ipi_nearest(cpu, allowed);
}

int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	struct cpumask allowed;
	int err = -ENXIO;

	if (mask == NULL || func == NULL || !cpumask_is_possible(mask)) {
		return -EINVAL;
	}
	cpumask_copy_online(&allowed);
	cpumask_and(&allowed, &allowed, mask);
	/* One that goes offline between the choice and the call is not the only one perhaps. */
	while (err == -ENXIO) {
		unsigned int cpu = choose_any(&allowed);

		if (cpu == CROSSCALL_NR_CPUS) {
			break;
		}
		cpumask_clear_cpu(cpu, &allowed);
		err = smp_call_function_single(cpu, func, info, wait);
	}
	return err;
}

int smp_call_function_single_async(unsigned int cpu, struct call_single_data *csd)
{
	if (csd == NULL || csd->func == NULL || cpu >= nr_cpu_ids()) {
		return -EINVAL;
	}
	if (call_is_deaf(cpu)) {
		return csd_is_busy(csd) ? -EBUSY : -EIO;
	}
	/* relaxed: the next access decides */
	uint32_t idle = atomic_load_explicit(&csd->state, memory_order_relaxed);
	uint32_t queued = (idle + CSD_USE) | CSD_QUEUED;

	if ((idle & CSD_STATE_MASK) != CSD_IDLE) {
		return -EBUSY;
	}
	/*
	 * rule 8, acquire: pairs with the release that made it idle; the loser of two callers is
	 * told
	 */
	if (!atomic_compare_exchange_strong_explicit(&csd->state, &idle, queued,
						     memory_order_acquire, memory_order_relaxed)) {
		return -EBUSY;
	}
	unsigned long state = port_local_irq_save();
	int err = post(csd, cpu);

	port_local_irq_restore(state);
	if (err == -ENXIO) {
		/* rule 8, release: pairs with the acquire above */
		atomic_store_explicit(&csd->state, idle + CSD_USE, memory_order_release);
	}
	return err;
}

bool csd_is_busy(const struct call_single_data *csd)
{
	/* rule 8, acquire: pairs with the release in call_queue.c's run() */
	uint32_t word = atomic_load_explicit(&csd->state, memory_order_acquire);

	return (word & CSD_STATE_MASK) != CSD_IDLE;
}
