/* SPDX-License-Identifier: MIT */
/*
 * Waiting for other CPUs is written once, here. A waiter never relies on anybody but itself and
 * its target: it makes up for rings that are owed to the target, rings again when the target
 * stays silent, and, with interrupts masked, serves the poll-safe requests that others have for
 * it. So a circle of waiters always has one that gets on.
 */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/errno.h>
#include <crosscall/port.h>
#include <crosscall/stall.h>

#include "core/call.h"
#include "core/smp.h"
#include "core/text.h"

/* Turns between two looks at the clock, which may cost far more than a turn. */
#define TURNS_PER_LOOK 16

/* Written by smp_set_stall_timeout(); relaxed, it is only a threshold. */
static _Atomic unsigned long stall_ms = CROSSCALL_STALL_MS;

void smp_set_stall_timeout(unsigned int ms)
{
	atomic_store_explicit(&stall_ms, ms, memory_order_relaxed);
}

static uint64_t stall_ns(void)
{
	return (uint64_t)atomic_load_explicit(&stall_ms, memory_order_relaxed) * UINT64_C(1000000);
}

void call_waiter_init(struct call_waiter *waiter, bool masked, uint64_t timeout_ns)
{
	waiter->masked = masked;
	waiter->start = port_clock_ns();
	waiter->timeout_ns = timeout_ns;
	waiter->next_stall = stall_ns();
	waiter->turns = 0;
	waiter->rang_again = NULL;
}

/*
 * A ring that is owed to the target is made up for here. True: it cannot be rung, the request is
 * taken back.
 */
static bool cannot_be_rung(struct call_single_data *csd)
{
	return call_is_deaf(csd->dst) && csd_cancel_use(csd, CSD_QUEUED_WAIT);
}

static void report_stall(unsigned int dst, const char *what, uint64_t waited_ns)
{
	struct text t;

	text_init(&t);
	text_str(&t, "stall: CPU ");
	text_dec(&t, port_smp_processor_id());
	text_str(&t, " has waited ");
	text_dec(&t, (unsigned long)(waited_ns / 1000000));
	text_str(&t, " ms for CPU ");
	text_dec(&t, dst);
	text_str(&t, ", ");
	text_str(&t, what);
	ipi_report(t.line);
}

/* A look at the clock, once in a while. False: it is not time for one. */
static bool look(struct call_waiter *waiter, uint64_t *waited)
{
	if (++waiter->turns % TURNS_PER_LOOK != 0) {
		return false;
	}
	*waited = port_clock_ns() - waiter->start;
	return true;
}

static bool is_stalled(const struct call_waiter *waiter, uint64_t waited)
{
	return waiter->next_stall != 0 && waited >= waiter->next_stall;
}

static void stalled(struct call_waiter *waiter, unsigned int dst, const char *what, uint64_t waited)
{
	struct cpumask mask = cpumask_of(dst);

	waiter->next_stall = waited + stall_ns();
	report_stall(dst, what, waited);
	(void)smp_cross_call(&mask, IPI_CPU_BACKTRACE, NULL);
}

bool call_wait_stalled(struct call_waiter *waiter, unsigned int dst, const char *what)
{
	uint64_t waited;

	if (!look(waiter, &waited) || !is_stalled(waiter, waited)) {
		return false;
	}
	stalled(waiter, dst, what, waited);
	return true;
}

/* The target is silent: says what it owes, asks for a backtrace, and rings it again. */
static void csd_stalled(struct call_single_data *csd, struct call_waiter *waiter, uint64_t waited)
{
	bool queued = atomic_load_explicit(&csd->state, memory_order_relaxed) == CSD_QUEUED_WAIT;
	struct text what;

	text_init(&what);
	text_str(&what, queued ? "which has not begun function " : "which is in function ");
	text_hex(&what, (unsigned long)(uintptr_t)csd->func);
	stalled(waiter, csd->dst, what.line, waited);
	if (queued) {
		waiter->rang_again = csd;
		ipi_ring_again(csd->dst, IPI_CALL_FUNC);
	}
}

/* Gives the request up. It is the target's to free, unless it was done after all. */
static enum call_end give_up(struct call_single_data *csd)
{
	if (csd_cancel_use(csd, CSD_QUEUED_WAIT)) {
		return CALL_UNANSWERED;
	}
	return csd_abandon(csd) ? CALL_STILL_RUNNING : CALL_DONE;
}

/* A look at the clock, once in a while. True: the wait is over, *end says how. */
static bool time_is_up(struct call_single_data *csd, struct call_waiter *waiter, enum call_end *end)
{
	uint64_t waited;

	if (!look(waiter, &waited)) {
		return false;
	}
	if (waiter->timeout_ns != 0 && waited >= waiter->timeout_ns) {
		*end = give_up(csd);
		return *end != CALL_DONE;
	}
	if (is_stalled(waiter, waited)) {
		csd_stalled(csd, waiter, waited);
	}
	return false;
}

void call_wait_turn(const struct call_waiter *waiter)
{
	if (waiter->masked) {
		call_queue_serve();
		tlb_serve();
	}
	port_cpu_relax();
}

enum call_end csd_wait(struct call_single_data *csd, struct call_waiter *waiter)
{
	enum call_end end;

	/* rule 7, acquire: pairs with the release in call_queue.c's run() */
	while (atomic_load_explicit(&csd->state, memory_order_acquire) != CSD_DONE) {
		if (cannot_be_rung(csd)) {
			return CALL_UNREACHED;
		}
		if (time_is_up(csd, waiter, &end)) {
			return end;
		}
		call_wait_turn(waiter);
	}
	if (waiter->rang_again == csd) {
		ipi_rescued(IPI_CALL_FUNC);
	}
	csd_release(csd);
	return CALL_DONE;
}
