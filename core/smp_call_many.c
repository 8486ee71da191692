/* SPDX-License-Identifier: MIT */
/* Calls to sets of CPUs: remote doorbells first, own work next, waiting last. */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/smp_call.h>

#include "core/call.h"
#include "core/smp.h"

struct many {
	const struct smp_call *call;
	struct smp_call_report *report;
	struct call_pool *pool;
	struct call_single_data *chain; /* the requests that were accepted and stand */
	struct call_single_data *last;
	bool masked;
	unsigned int ends; /* bit e: some CPU's end was e, of enum call_end */
};

static void note_end(struct many *many, unsigned int cpu, enum call_end end)
{
	struct smp_call_report *report = many->report;
	struct cpumask *const sets[] = {
		[CALL_DONE] = &report->done,
		[CALL_UNREACHED] = &report->unreached,
		[CALL_UNANSWERED] = &report->unanswered,
		[CALL_STILL_RUNNING] = &report->running,
	};

	cpumask_set_cpu(cpu, sets[end]);
	many->ends |= 1U << end;
}

static void chain_append(struct many *many, struct call_single_data *csd)
{
	if (many->last == NULL) {
		many->chain = csd;
	} else {
		call_pool_link(many->pool, many->last, csd);
	}
	call_pool_link(many->pool, csd, NULL);
	many->last = csd;
}

/* Queues one reserved request, and puts its CPU into *ringing when it has to be rung. */
static void queue_one(struct many *many, struct call_single_data *csd, unsigned int cpu,
		      struct cpumask *ringing)
{
	csd_fill(csd, cpu, many->call);
	int pushed = call_queue_push(cpu, csd);

	if (pushed < 0) {
		csd_release(csd);
		cpumask_set_cpu(cpu, &many->report->offline);
		return;
	}
	if (pushed > 0) {
		cpumask_set_cpu(cpu, ringing);
	} else {
		ipi_stats_raised(IPI_CALL_FUNC, IPI_SKIPPED);
	}
	chain_append(many, csd);
}

/* Queues the reserved requests to the targets, in order. */
static void queue_all(struct many *many, struct call_single_data *reserved,
		      const struct cpumask *targets, struct cpumask *ringing)
{
	unsigned int cpu;

	for_each_cpu_below(cpu, nr_cpu_ids(), targets) {
		struct call_single_data *next = call_pool_next(many->pool, reserved);

		queue_one(many, reserved, cpu, ringing);
		reserved = next;
	}
}

/*
 * Takes back the requests of the CPUs that could not be rung, and unlinks them: the target frees
 * them, so they may be reserved for another call at any moment.
 */
static void cancel_unreached(struct many *many, const struct cpumask *unreached)
{
	struct call_single_data *csd = many->chain;
	uint32_t queued = many->call->wait ? CSD_QUEUED_WAIT : CSD_QUEUED;

	many->chain = NULL;
	many->last = NULL;
	while (csd != NULL) {
		struct call_single_data *next = call_pool_next(many->pool, csd);
		unsigned int cpu = csd->dst;

		if (cpumask_test_cpu(cpu, unreached) && csd_cancel_use(csd, queued)) {
			note_end(many, cpu, CALL_UNREACHED);
		} else {
			chain_append(many, csd);
		}
		csd = next;
	}
}

/* Reserves, queues and rings. Interrupts masked, so this CPU reserves nothing else meanwhile. */
static int post_many(struct many *many, const struct cpumask *targets, unsigned int nr)
{
	struct cpumask ringing = {{0}};
	struct cpumask unreached;

	if (nr == 0) {
		return 0;
	}
	many->pool = call_pool_here();
	struct call_single_data *reserved = NULL;
	unsigned int holder;

	if (!call_pool_has_given_up(many->pool) ||
	    !call_pool_find_holder(many->pool, targets, &holder)) {
		reserved = call_pool_reserve(many->pool, nr);
	}
	if (reserved == NULL) {
		return -EBUSY;
	}
	queue_all(many, reserved, targets, &ringing);
	if (smp_cross_call(&ringing, IPI_CALL_FUNC, &unreached) == -EIO) {
		cancel_unreached(many, &unreached);
	}
	return 0;
}

static void wait_many(struct many *many, struct call_waiter *waiter)
{
	struct call_single_data *csd = many->chain;

	while (csd != NULL) {
		struct call_single_data *next = call_pool_next(many->pool, csd);
		unsigned int cpu = csd->dst;

		note_end(many, cpu, csd_wait(csd, waiter));
		csd = next;
	}
}

/* No request became free in time: nothing was queued, and the own share has not run. */
static void none_answered(const struct many *many, const struct cpumask *mask)
{
	struct smp_call_report *report = many->report;

	cpumask_andnot(&report->unanswered, mask, &report->offline);
	cpumask_andnot(&report->unanswered, &report->unanswered, &report->unreached);
	if (!many->call->include_self) {
		cpumask_clear_cpu(port_smp_processor_id(), &report->unanswered);
	}
}

static void run_own_share(struct many *many, unsigned int self)
{
	many->call->func(many->call->info);
	note_end(many, self, CALL_DONE);
}

static void check_context(const struct many *many)
{
	if (many->call->wait && many->masked && !many->call->poll_safe) {
		smp_panic("smp_call_function_many", "waits with interrupts masked");
	}
}

/*
 * Which CPUs of *mask to call, and how many: those that are online, but for this one and for those
 * that could not be rung before and cannot be now.
 */
static unsigned int choose(struct many *many, const struct cpumask *mask, unsigned int self,
			   struct cpumask *targets)
{
	unsigned int nr = 0;
	unsigned int cpu;

	for_each_cpu_below(cpu, nr_cpu_ids(), mask) {
		if (!cpu_online(cpu)) {
			cpumask_set_cpu(cpu, &many->report->offline);
			continue;
		}
		if (cpu == self) {
			continue;
		}
		check_context(many);
		if (ipi_is_owed(cpu, IPI_CALL_FUNC) && call_is_deaf(cpu)) {
			note_end(many, cpu, CALL_UNREACHED);
			continue;
		}
		cpumask_set_cpu(cpu, targets);
		nr++;
	}
	return nr;
}

/* One attempt, up to the own share. -EBUSY: nothing has happened. */
static int start_many(struct many *many, const struct cpumask *mask)
{
	const struct smp_call *call = many->call;
	struct cpumask targets = {{0}};
	unsigned long state = port_local_irq_save();
	unsigned int self = port_smp_processor_id();

	*many->report = (struct smp_call_report){0};
	many->ends = 0;
	many->masked = state == 0;
	bool local = call->include_self && cpumask_test_cpu(self, mask) && cpu_online(self);
	unsigned int nr = choose(many, mask, self, &targets);
	int err = post_many(many, &targets, nr);

	if (local && err == 0) {
		run_own_share(many, self);
	}
	port_local_irq_restore(state);
	return err;
}

static int report_error(unsigned int ends)
{
	if ((ends & (1U << CALL_UNANSWERED | 1U << CALL_STILL_RUNNING)) != 0) {
		return -ETIMEDOUT;
	}
	return (ends & 1U << CALL_UNREACHED) == 0 ? 0 : -EIO;
}

int smp_call_function_report(const struct cpumask *mask, const struct smp_call *call,
			     struct smp_call_report *report)
{
	if (report != NULL) {
		*report = (struct smp_call_report){0};
	}
	if (mask == NULL || call == NULL || report == NULL || call->func == NULL ||
	    !cpumask_is_possible(mask) || (call->timeout_ns != 0 && !call->wait)) {
		return -EINVAL;
	}
	struct many many = {.call = call, .report = report};
	struct call_waiter waiter;

	int err = start_many(&many, mask);

	if (call->wait) {
		call_waiter_init(&waiter, many.masked, call->timeout_ns);
		while (err == -EBUSY) {
			if (call_wait_for_room(&waiter, mask)) {
				none_answered(&many, mask);
				return -ETIMEDOUT;
			}
			call_wait_turn(&waiter);
			err = start_many(&many, mask);
		}
		wait_many(&many, &waiter);
	}
	return err != 0 ? err : report_error(many.ends);
}

static int call_many(const struct cpumask *mask, const struct smp_call *call)
{
	struct smp_call_report report;

	return smp_call_function_report(mask, call, &report);
}

int smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	struct smp_call call = {.func = func, .info = info, .wait = wait};

	return call_many(mask, &call);
}

int on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	struct smp_call call = {.func = func, .info = info, .wait = wait, .include_self = true};

	return call_many(mask, &call);
}

int on_each_cpu_cond_mask(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait,
			  const struct cpumask *mask)
{
	struct cpumask chosen = {{0}};
	unsigned int cpu;

	if (mask == NULL || cond == NULL || func == NULL || !cpumask_is_possible(mask)) {
		return -EINVAL;
	}
	for_each_cpu(cpu, mask) {
		if (cond(cpu, info)) {
			cpumask_set_cpu(cpu, &chosen);
		}
	}
	return on_each_cpu_mask(&chosen, func, info, wait);
}

int smp_call_function(smp_call_func_t func, void *info, bool wait)
{
	struct cpumask all;

	cpumask_copy_online(&all);
	return smp_call_function_many(&all, func, info, wait);
}

int on_each_cpu(smp_call_func_t func, void *info, bool wait)
{
	struct cpumask all;

	cpumask_copy_online(&all);
	return on_each_cpu_mask(&all, func, info, wait);
}
