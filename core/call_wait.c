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

/*
 * What a waiter does about a target that stays silent, at which quarter of the time after which a
 * wait is a stall: it rings again, since a ring may have been lost; asks for a backtrace, which may
 * come NMI-like; and reports. Then it starts over.
 */
static const struct rung {
	unsigned int quarter;
	enum call_rung what;
} ladder[] = {{1, CALL_RING_AGAIN}, {2, CALL_ASK}, {4, CALL_REPORT}};

static uint64_t stall_ns(void)
{
	return (uint64_t)atomic_load_explicit(&stall_ms, memory_order_relaxed) * UINT64_C(1000000);
}

void call_waiter_init(struct call_waiter *waiter, bool masked, uint64_t timeout_ns)
{
	waiter->masked = masked;
	waiter->start = port_clock_ns();
	waiter->timeout_ns = timeout_ns;
	waiter->stall_ns = stall_ns();
	waiter->stalled_ns = 0;
	waiter->asked = CROSSCALL_NR_CPUS;
	waiter->rung = 0;
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
	*waited = smp_elapsed_ns(waiter->start);
	return true;
}

/* The next rung, when it is time for it. */
static enum call_rung climb(struct call_waiter *waiter, uint64_t waited)
{
	const struct rung *rung = &ladder[waiter->rung];

	if (waiter->stall_ns == 0 ||
	    waited - waiter->stalled_ns < waiter->stall_ns / 4 * rung->quarter) {
		return CALL_PATIENCE;
	}
	if (rung->what == CALL_REPORT) {
		waiter->rung = 0;
		waiter->stalled_ns = waited;
		waiter->stall_ns = stall_ns();
	} else {
		waiter->rung++;
	}
	return rung->what;
}

static void ask(struct call_waiter *waiter, unsigned int dst)
{
	struct cpumask mask = cpumask_of(dst);

	waiter->asked = dst;
	waiter->asked_ns = port_clock_ns();
	crosscall_ignore(smp_cross_call(&mask, IPI_CPU_BACKTRACE, NULL));
}

static void report_waiter(struct call_waiter *waiter, unsigned int dst, const char *what,
			  uint64_t waited)
{
	report_stall(dst, what, waited);
	if (waiter->asked != dst) {
		ask(waiter, dst); /* it was another's turn to be waited for until now */
	} else if (ipi_ops()->stalled != NULL) {
		ipi_ops()->stalled(dst, waiter->asked_ns);
	}
}

/* The next rung for a wait that is for no request. True: the caller rings again. */
static bool climb_for(struct call_waiter *waiter, unsigned int dst, const char *what,
		      uint64_t waited)
{
	enum call_rung rung = climb(waiter, waited);

	if (rung == CALL_ASK) {
		ask(waiter, dst);
	} else if (rung == CALL_REPORT) {
		report_waiter(waiter, dst, what, waited);
	}
	return rung == CALL_RING_AGAIN;
}

bool call_wait_stalled(struct call_waiter *waiter, unsigned int dst, const char *what)
{
	uint64_t waited;

	return look(waiter, &waited) && climb_for(waiter, dst, what, waited);
}

static bool is_queued(const struct call_single_data *csd)
{
	return atomic_load_explicit(&csd->state, memory_order_relaxed) == CSD_QUEUED_WAIT;
}

/* Says what it owes. */
static void csd_report(const struct call_single_data *csd, struct call_waiter *waiter,
		       uint64_t waited)
{
	struct text what;

	text_init(&what);
	text_str(&what, is_queued(csd) ? "which has not begun function " : "which is in function ");
	text_hex(&what, (unsigned long)(uintptr_t)csd->func);
	report_waiter(waiter, csd->dst, what.line, waited);
}

static void csd_climb(struct call_single_data *csd, struct call_waiter *waiter, uint64_t waited)
{
	switch (climb(waiter, waited)) {
	case CALL_RING_AGAIN:
		if (is_queued(csd)) {
			waiter->rang_again = csd;
			ipi_ring_again(csd->dst, IPI_CALL_FUNC);
		}
		break;
	case CALL_ASK:
		ask(waiter, csd->dst);
		break;
	case CALL_REPORT:
		csd_report(csd, waiter, waited);
		break;
	default:
		break;
	}
}

static bool is_expired(const struct call_waiter *waiter, uint64_t waited)
{
	return waiter->timeout_ns != 0 && waited >= waiter->timeout_ns;
}

bool call_wait_for_room(struct call_waiter *waiter, const struct cpumask *mask)
{
	unsigned int dst;
	uint64_t waited;

	if (!look(waiter, &waited)) {
		return false;
	}
	if (is_expired(waiter, waited)) {
		return true;
	}
	dst = call_pool_holder(mask);
	if (climb_for(waiter, dst, "which has not passed over earlier requests", waited)) {
		ipi_ring_again(dst, IPI_CALL_FUNC);
	}
	return false;
}

/* Gives the request up. It is the target's to free, unless it was done after all. */
static enum call_end give_up(struct call_single_data *csd)
{
	call_pool_note_given_up(csd);
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
	if (is_expired(waiter, waited)) {
		*end = give_up(csd);
		return *end != CALL_DONE;
	}
	csd_climb(csd, waiter, waited);
	return false;
}

void call_wait_turn(const struct call_waiter *waiter)
{
	if (waiter->masked) {
		call_queue_serve();
		tlb_serve(false);
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
