/* SPDX-License-Identifier: MIT */
/*
 * Invariant: the word says what the next wake has to do. AWAKE: nothing. ANNOUNCED: nothing, the
 * thread is still on its CPU and its commit fails. ASLEEP: the thread must be put on a run queue.
 *
 * AWAKE -> ANNOUNCED -> AWAKE or ASLEEP by the thread; anything -> AWAKE by who wakes it. Every
 * step is a read-modify-write, so all steps of one thread stand in one total order.
 *
 * No wake-up is lost. Let W be a wake that follows its store of the condition, and P the prepare
 * that precedes the thread's look at it.
 * 1. W before P: P reads from W or from a step after it. All steps between are read-modify-writes,
 *    so W's release reaches P's acquire, and the look, which comes after P, finds the condition.
 * 2. W after P, and before the thread's commit: W leaves AWAKE, and the commit, which goes from
 *    ANNOUNCED only, fails. The thread looks again.
 * 3. W after the commit: W finds ASLEEP, or another wake was first and found it. Whoever found it
 *    puts the thread on a run queue; it looks again after another P, which comes after W: case 1.
 * A wake that first looks whether the word is AWAKE, and does not write then, breaks case 1: P need
 * not come after its look, and the word's order says nothing about the condition.
 *
 * One wake is told to queue it: ASLEEP is left by one exchange only.
 */
#include <stdatomic.h>

#include <crosscall/wait_state.h>

enum {
	AWAKE = 0,
	ANNOUNCED = 1,
	ASLEEP = 2,
};

void wait_state_init(struct wait_state *state)
{
	/* relaxed: nobody else knows it */
	atomic_store_explicit(&state->word, AWAKE, memory_order_relaxed);
}

void wait_state_prepare(struct wait_state *state)
{
	/* rule 19, acq_rel: pairs with wait_state_wake() */
	(void)atomic_exchange_explicit(&state->word, ANNOUNCED, memory_order_acq_rel);
}

void wait_state_finish(struct wait_state *state)
{
	/* rule 19, acq_rel: hands on what a wake released, to the next prepare */
	(void)atomic_exchange_explicit(&state->word, AWAKE, memory_order_acq_rel);
}

bool wait_state_commit(struct wait_state *state)
{
	uint32_t announced = ANNOUNCED;

	/* rule 19, acq_rel: pairs with wait_state_wake() */
	return atomic_compare_exchange_strong_explicit(&state->word, &announced, ASLEEP,
						       memory_order_acq_rel, memory_order_acquire);
}

bool wait_state_wake(struct wait_state *state)
{
	/* rule 19, acq_rel: pairs with wait_state_prepare() and wait_state_commit() */
	return atomic_exchange_explicit(&state->word, AWAKE, memory_order_acq_rel) == ASLEEP;
}

bool wait_state_is_asleep(const struct wait_state *state)
{
	/* relaxed: a hint */
	return atomic_load_explicit(&state->word, memory_order_relaxed) == ASLEEP;
}
