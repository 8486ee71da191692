/* SPDX-License-Identifier: MIT */
/*
 * irq_work: run a callback in hard-interrupt context soon, asked for from any context, NMI-like
 * ones included.
 */
#ifndef CROSSCALL_IRQ_WORK_H
#define CROSSCALL_IRQ_WORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <crosscall/config.h>

struct irq_work;

typedef void (*irq_work_func_t)(struct irq_work *work);

/* Caller-owned; the fields below 'func' are the library's. */
struct irq_work {
	irq_work_func_t func;
	struct irq_work *next;
	_Atomic uint32_t flags;
	_Atomic uint32_t cpu; /* where it was queued last */
	bool lazy;
};

#define IRQ_WORK_INIT(_func)                                                                       \
	{                                                                                          \
		.func = (_func)                                                                    \
	}
/* One that needs no interrupt of its own: it runs at its CPU's next irq_work_tick(), or before. */
#define IRQ_WORK_INIT_LAZY(_func)                                                                  \
	{                                                                                          \
		.func = (_func), .lazy = true                                                      \
	}

/*
 * Queues the work on this CPU, or on 'cpu'. It runs once, with interrupts masked and in interrupt
 * context, but for work that a CPU runs while it goes offline; it may be queued again as soon as it
 * has begun. Never waits.
 * Context: any, NMI-like ones too; irq_work_queue() where the CPU cannot change.
 * Ordering: what was stored before is visible to the callback, also when the work was queued
 * already.
 * Returns 0; -EBUSY when it is queued and has not begun (its one run will do for both); -EINVAL
 * for a null pointer or function or a bad CPU number; -ENXIO when the CPU is offline (whoever was
 * told -EBUSY meanwhile shares that fate); -EIO when its doorbell cannot be rung: the work stays
 * queued and runs when the CPU next takes its work, and a call that is told -EBUSY tries the ring
 * again.
 */
int irq_work_queue(struct irq_work *work) CROSSCALL_MUST_CHECK;
int irq_work_queue_on(struct irq_work *work, unsigned int cpu) CROSSCALL_MUST_CHECK;

/* True from the queueing until the callback has returned. Ordering: acquire. Any context. */
bool irq_work_is_busy(const struct irq_work *work);

/*
 * Waits until the work is not busy; after that it may be freed. A wait that is long is reported,
 * and the work's CPU rung again (stall.h). Interrupts enabled: otherwise panics. Not from the work
 * itself, and nobody queues the work meanwhile.
 */
void irq_work_sync(struct irq_work *work);

/*
 * Runs this CPU's lazy work too. The kernel's tick calls it; interrupt context, interrupts
 * masked: otherwise panics.
 */
void irq_work_tick(void);

#endif
