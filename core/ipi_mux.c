/* SPDX-License-Identifier: MIT */
/*
 * Virtual IPIs over one doorbell.
 *
 * Each CPU has one 64-bit word: pending bits P (low half) and enabled bits E (high half). Any CPU
 * sets bits of P; only the CPU itself clears bits of P and changes E. Every change is one atomic
 * read-modify-write of the whole word, so all changes of one CPU's word stand in one total order
 * (its modification order), and each sees P and E as of one moment. Call P & E the active bits.
 *
 * Invariant: while active bits are non-zero, the CPU will look at its word again.
 *
 *  1. Active bits go from zero to non-zero in exactly one RMW of the order: a sender's (it finds
 *     the active bits zero and sets an enabled one) or the CPU's own unmask (it finds them zero
 *     and enables a pending one). Whoever performed that RMW rings, after it. Nobody else needs
 *     to: see 4.
 *  2. Active bits go back to zero only by an RMW of the CPU itself: its take in
 *     ipi_mux_process(), or a mask. After a mask the bits are still pending, and the unmask is
 *     again an RMW of point 1.
 *  3. The ring of point 1 is acknowledged by the CPU after it was sent (rule R2: a ring after an
 *     acknowledgement causes another entry), and the take comes after the acknowledgement. The
 *     ringer's RMW precedes the ring, the ring precedes the acknowledgement, the acknowledgement
 *     precedes the take: so the take reads the word at or after that RMW, and finds the bits.
 *     This is where the receive side must clear the doorbell first and drain the word after, with
 *     the device's fence between.
 *  4. A sender that finds active bits non-zero does not ring. The RMW that made them non-zero
 *     precedes its own in the order and no take lies between (2), so the take of point 3 comes
 *     after both, and takes both. This is the coalescing over all kinds: it is right for any bit
 *     of the word, not only its own.
 *  5. A sender that finds its bit disabled does not ring either: the unmask comes later in the
 *     order, sees the bit, and is the RMW of point 1, or comes after that one.
 *  6. What the sender stored before its RMW (release) is seen by the handler: the take is an RMW
 *     of the same word (acquire), and between them stand only RMWs, which continue the release
 *     sequence.
 *  7. If the ring of point 1 fails, the bits stay active and nobody will look: the ringer notes
 *     the CPU as owed a ring, and the next sender that would have coalesced rings instead. The
 *     failed CPU is reported to the caller as unreached; its bit is not taken back, since it may
 *     be another sender's too.
 *
 * Orders: sends are release, the take and the unmask acq_rel. The take's release half keeps the
 * acknowledgement of a doorbell that is pending by one access and cleared by another from passing
 * it. No store buffering exists with one word, so no sequentially consistent fence does either
 * (rules 1 and 2 of docs/ordering.md).
 */
#include <crosscall/errno.h>
#include <crosscall/ipi_mux.h>
#include <crosscall/port.h>

#include "core/bits.h"
#include "core/counter.h"

#define ENABLE_SHIFT 32

static uint32_t pending_of(uint64_t state)
{
	return (uint32_t)state;
}

static uint32_t enabled_of(uint64_t state)
{
	return (uint32_t)(state >> ENABLE_SHIFT);
}

static uint32_t active_of(uint64_t state)
{
	return pending_of(state) & enabled_of(state);
}

static struct ipi_mux *mux_of(struct irq_data *data)
{
	return data->domain->host_data;
}

static uint64_t enable_bit(const struct irq_data *data)
{
	return UINT64_C(1) << (ENABLE_SHIFT + data->hwirq);
}

/* Point 7. Relaxed on both sides: the flag only says "ring"; the word carries the data. */
static bool take_owed(struct ipi_mux_cpu *cpu)
{
	return atomic_load_explicit(&cpu->owed, memory_order_relaxed) != 0 &&
	       atomic_exchange_explicit(&cpu->owed, 0, memory_order_relaxed) != 0;
}

static void note_owed(struct ipi_mux *mux, unsigned int cpu)
{
	atomic_store_explicit(&mux->cpu[cpu].owed, 1, memory_order_relaxed);
}

static int ring(struct ipi_mux *mux, const struct cpumask *mask, struct cpumask *unreached)
{
	int err = mux->send(mux->data, mask, unreached);
	unsigned int cpu;

	if (err == 0) {
		return 0;
	}
	if (cpumask_empty(unreached)) {
		*unreached = *mask; /* an error that names no CPU means all of them */
	}
	for_each_cpu(cpu, unreached) {
		note_owed(mux, cpu);
	}
	return err;
}

static int ring_single(struct ipi_mux *mux, unsigned int cpu)
{
	if (mux->send_single == NULL) {
		struct cpumask mask = cpumask_of(cpu);
		struct cpumask unreached = {{0}};

		return ring(mux, &mask, &unreached);
	}
	int err = mux->send_single(mux->data, cpu);

	if (err != 0) {
		note_owed(mux, cpu);
	}
	return err;
}

/* Sets the bit on one CPU and says whether its doorbell has to be rung: points 1, 4, 5 and 7. */
static bool raise_on(struct ipi_mux_cpu *cpu, unsigned int hwirq)
{
	uint32_t bit = UINT32_C(1) << hwirq;
	/* rule 1, release: pairs with the take in ipi_mux_process() */
	uint64_t old = atomic_fetch_or_explicit(&cpu->state, bit, memory_order_release);

	if ((enabled_of(old) & bit) == 0) {
		return false;
	}
	return active_of(old) == 0 || take_owed(cpu);
}

int ipi_mux_send_single(struct irq_data *data, unsigned int cpu)
{
	struct ipi_mux *mux = mux_of(data);

	if (!raise_on(&mux->cpu[cpu], data->hwirq)) {
		return 0;
	}
	return ring_single(mux, cpu) == 0 ? 1 : -EIO;
}

int ipi_mux_send_mask(struct irq_data *data, const struct cpumask *mask,
		      struct ipi_send_result *result)
{
	struct ipi_mux *mux = mux_of(data);
	struct cpumask ringing = {{0}};
	unsigned int targets = 0;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		if (raise_on(&mux->cpu[cpu], data->hwirq)) {
			cpumask_set_cpu(cpu, &ringing);
			targets++;
		} else {
			result->coalesced++;
		}
	}
	if (targets == 0) {
		return 0;
	}
	int err = ring(mux, &ringing, &result->unreached);

	result->sent += targets - (err == 0 ? 0 : cpumask_weight(&result->unreached));
	return err == 0 ? 0 : -EIO;
}

void ipi_mux_mask(struct irq_data *data)
{
	struct ipi_mux_cpu *here = &mux_of(data)->cpu[port_smp_processor_id()];

	/* relaxed: nothing is published, and the CPU itself is the only taker */
	atomic_fetch_and_explicit(&here->state, ~enable_bit(data), memory_order_relaxed);
}

void ipi_mux_unmask(struct irq_data *data)
{
	struct ipi_mux *mux = mux_of(data);
	unsigned int self = port_smp_processor_id();
	struct ipi_mux_cpu *here = &mux->cpu[self];
	uint64_t bit = enable_bit(data);
	/* rule 2, acq_rel: pairs with raise_on(); the ring below stays after it */
	uint64_t old = atomic_fetch_or_explicit(&here->state, bit, memory_order_acq_rel);

	if (active_of(old) == 0 && active_of(old | bit) != 0) {
		/* A failure is noted as owed (point 7): there is no caller to tell. */
		(void)ring_single(mux, self);
	}
}

/*
 * One taken bit. An earlier handler of the same turn may have masked it meanwhile: then it goes
 * back to pending, where the unmask finds it (point 5).
 */
static void dispatch(struct ipi_mux *mux, struct ipi_mux_cpu *here, unsigned int hwirq)
{
	uint32_t bit = UINT32_C(1) << hwirq;

	/* relaxed: only this CPU changes the enabled half, and it takes the bit itself */
	if ((enabled_of(atomic_load_explicit(&here->state, memory_order_relaxed)) & bit) == 0) {
		atomic_fetch_or_explicit(&here->state, bit, memory_order_relaxed);
		return;
	}
	(void)generic_handle_domain_irq(&mux->domain, hwirq);
}

void ipi_mux_process(struct ipi_mux *mux)
{
	struct ipi_mux_cpu *here = &mux->cpu[port_smp_processor_id()];
	/* relaxed: only this CPU changes the enabled half */
	uint32_t enabled = enabled_of(atomic_load_explicit(&here->state, memory_order_relaxed));
	/*
	 * rule 4, acq_rel: acquire pairs with raise_on(); release keeps the acknowledgement
	 * before it
	 */
	uint64_t old =
		atomic_fetch_and_explicit(&here->state, ~(uint64_t)enabled, memory_order_acq_rel);

	counter_add(&here->takes, 1);
	for (uint32_t bits = pending_of(old) & enabled; bits != 0; bits &= bits - 1) {
		dispatch(mux, here, lowest_bit(bits));
	}
}

int ipi_mux_ring_again(struct irq_data *data, const struct cpumask *mask, struct cpumask *unreached)
{
	return ring(mux_of(data), mask, unreached);
}

bool ipi_mux_is_stuck(struct irq_data *data, unsigned int cpu)
{
	struct ipi_mux_cpu *there = &mux_of(data)->cpu[cpu];
	unsigned long takes = counter_read(&there->takes);
	/* relaxed: a guess from the outside; nothing is taken on its word */
	bool active = active_of(atomic_load_explicit(&there->state, memory_order_relaxed)) != 0;
	bool stuck = active && there->watched == takes + 1;

	there->watched = active ? takes + 1 : 0;
	return stuck;
}

static const struct irq_chip ipi_mux_chip = {
	.name = "ipi-mux",
	.irq_mask = ipi_mux_mask,
	.irq_unmask = ipi_mux_unmask,
	.ipi_send_mask = ipi_mux_send_mask,
	.ipi_send_single = ipi_mux_send_single,
	.ipi_ring_again = ipi_mux_ring_again,
	.ipi_is_stuck = ipi_mux_is_stuck,
};

int ipi_mux_create(struct ipi_mux *mux, unsigned int nr_ipi, ipi_mux_send_t send, void *data)
{
	if (mux == NULL || send == NULL || nr_ipi == 0 || nr_ipi > IPI_MUX_MAX) {
		return -EINVAL;
	}
	int err =
		irq_domain_create_linear(&mux->domain, nr_ipi, &ipi_mux_chip, mux, DOMAIN_BUS_IPI);

	if (err != 0) {
		return err;
	}
	mux->send = send;
	mux->send_single = NULL;
	mux->data = data;
	for (unsigned int cpu = 0; cpu < CROSSCALL_NR_CPUS; cpu++) {
		/* relaxed: no CPU uses the mux before smp_cpu_starting() publishes it */
		atomic_store_explicit(&mux->cpu[cpu].state, 0, memory_order_relaxed);
		atomic_store_explicit(&mux->cpu[cpu].owed, 0, memory_order_relaxed);
		atomic_store_explicit(&mux->cpu[cpu].takes, 0, memory_order_relaxed);
		mux->cpu[cpu].watched = 0;
	}
	return (int)mux->domain.base;
}

void ipi_mux_set_send_single(struct ipi_mux *mux, ipi_mux_send_single_t send_single)
{
	mux->send_single = send_single;
}

int ipi_mux_destroy(struct ipi_mux *mux)
{
	return mux == NULL ? -EINVAL : irq_domain_remove(&mux->domain);
}
