/* SPDX-License-Identifier: MIT */
/* What the threads of threads=N do: see stress.h. */
#include <crosscall/crosscall.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/percpu.h"
#include "kernel/sched/call_on_cpu.h"
#include "kernel/sched/sched.h"
#include "kernel/stress.h"

/* A step costs about this much; each thread sleeps long enough for all to have their turn. */
#define STEP_NS 50000ULL
#define SPIN_NS 20000ULL
#define ASK_NS 1000000ULL
#define ENDS_ONE_IN 128U

static struct stress *const s = &stress_state;

uint64_t stress_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 8;
}

static unsigned int below(struct stress_slot *self, unsigned int n)
{
	return (unsigned int)(stress_random(&self->random) % n);
}

static void count(_Atomic uint64_t *sum)
{
	atomic_fetch_add_explicit(sum, 1, memory_order_relaxed);
}

static bool is_over(void)
{
	/* seq_cst: await_token() */
	return atomic_load(&s->stop) != 0;
}

void stress_wrong(const char *what, unsigned long value)
{
	printk("FAILED: threads: %s (%lu)\n", what, value);
	count(&s->sums.wrong);
}

/* Anybody but itself, mostly. */
static struct stress_slot *somebody(struct stress_slot *self)
{
	return &s->slots[below(self, s->nr)];
}

static void nap(struct stress_slot *self)
{
	task_sleep(stress_random(&self->random) % (STEP_NS * s->nr + 1));
}

static void spin(struct stress_slot *self)
{
	uint64_t end = arch_clock_ns() + stress_random(&self->random) % SPIN_NS;

	while (arch_clock_ns() < end) {
		cpu_relax();
	}
}

/* What is done in the middle of something. */
static void dawdle(struct stress_slot *self)
{
	switch (below(self, 4)) {
	case 0:
		task_yield();
		break;
	case 1:
		task_sleep(stress_random(&self->random) % SPIN_NS);
		break;
	default:
		spin(self);
	}
}

/* ---- tokens: a wake-up that nothing else makes up for ---- */

/*
 * Not more than one token at a time, and a thread that does something else is not woken: so a
 * wake-up that is lost stays lost, and shows. The word, 'stop' and 'act' are sequentially
 * consistent: either the thread sees the token (or the end), or who posts it sees that it waits.
 */
void stress_wake(struct stress_slot *slot, bool always)
{
	unsigned long state;

	if (!always && atomic_load(&slot->act) != ACT_AWAIT) {
		return;
	}
	state = spin_lock_irqsave(&slot->lock);
	if (slot->task != NULL) {
		(void)wake_up_process(slot->task);
	}
	spin_unlock_irqrestore(&slot->lock, state);
}

static void post(struct stress_slot *self)
{
	struct stress_slot *to = somebody(self);
	uint32_t none = 0;

	if (atomic_compare_exchange_strong(&to->token, &none, 1)) {
		count(&s->sums.posted);
		stress_wake(to, false);
	}
	if (below(self, 64) == 0) {
		stress_wake(somebody(self), true); /* for nothing: it must not mind */
	}
}

static bool take_token(struct stress_slot *self)
{
	if (atomic_exchange(&self->token, 0) == 0) {
		return false;
	}
	count(&s->sums.consumed);
	return true;
}

static bool answer(struct stress_slot *self)
{
	struct completion *question = atomic_exchange(&self->question, NULL);

	if (question == NULL) {
		return false;
	}
	count(&s->sums.answered);
	complete(question);
	return true;
}

static void await_token(struct stress_slot *self)
{
	for (;;) {
		task_prepare_to_sleep();
		if (take_token(self) || answer(self) || is_over()) {
			break;
		}
		task_block();
	}
	task_finish_sleep();
}

/* ---- the primitives ---- */

static void lock_something(struct stress_slot *self)
{
	unsigned int i = below(self, STRESS_MUTEXES);
	uint64_t before;

	if (below(self, 4) != 0) {
		mutex_lock(&s->mutexes[i]);
	} else if (!mutex_trylock(&s->mutexes[i])) {
		return;
	}
	before = s->inside[i];
	dawdle(self);
	if (s->inside[i] != before || !mutex_is_mine(&s->mutexes[i])) {
		stress_wrong("two threads in one mutex", i);
	}
	s->inside[i] = before + 1;
	count(&s->sums.locked);
	mutex_unlock(&s->mutexes[i]);
}

static void use_permit(struct stress_slot *self)
{
	if (below(self, 2) == 0) {
		down(&s->permits);
	} else if (down_timeout(&s->permits, stress_random(&self->random) % SPIN_NS) != 0) {
		count(&s->sums.timeouts);
		return;
	}
	dawdle(self);
	up(&s->permits);
}

/* Not so many that nobody has to wait. Relaxed: it need not be exact. */
static void give(void)
{
	if (atomic_load_explicit(&s->items, memory_order_relaxed) >= 2) {
		return;
	}
	count(&s->sums.given);
	atomic_fetch_add_explicit(&s->items, 1, memory_order_relaxed);
	(void)wake_up_one(&s->queue);
}

/* Relaxed: the queue's lock orders; and the end comes with wake_up_all(). */
static bool take_item(void *arg)
{
	unsigned int nr = atomic_load_explicit(&s->items, memory_order_relaxed);
	bool *got = arg;

	while (nr != 0 && !*got) {
		*got = atomic_compare_exchange_weak(&s->items, &nr, nr - 1);
	}
	return *got || is_over();
}

static void take(struct stress_slot *self)
{
	bool got = false;

	if (below(self, 2) == 0) {
		wait_event(&s->queue, take_item, &got);
	} else if (wait_event_timeout(&s->queue, take_item, &got,
				      stress_random(&self->random) % (SPIN_NS * s->nr)) != 0) {
		count(&s->sums.timeouts);
	}
	if (got) {
		count(&s->sums.taken);
	}
}

/* A completion on this stack, answered or taken back. */
static void ask(struct stress_slot *self)
{
	struct completion answered = COMPLETION_INIT("of an answer");
	struct stress_slot *to = somebody(self);
	struct completion *question = NULL;

	if (!atomic_compare_exchange_strong(&to->question, &question, &answered)) {
		return;
	}
	count(&s->sums.asked);
	stress_wake(to, false);
	if (wait_for_completion_timeout(&answered, stress_random(&self->random) % ASK_NS) == 0) {
		return;
	}
	question = &answered;
	if (atomic_compare_exchange_strong(&to->question, &question, NULL)) {
		count(&s->sums.cancelled);
	} else {
		wait_for_completion(&answered); /* it comes */
	}
}

static int is_there(void *arg)
{
	unsigned int cpu;

	preempt_disable();
	cpu = this_cpu()->cpu;
	preempt_enable();
	task_yield();
	return cpu == *(const unsigned int *)arg ? 0 : 1;
}

/* Wrong is the wrong CPU only if none left meanwhile. */
static void call(struct stress_slot *self)
{
	unsigned int cpu = below(self, nr_cpu_ids());
	uint32_t before = atomic_load(&s->epoch);
	int result;

	down(&s->callers);
	result = smp_call_on_cpu(cpu, is_there, &cpu);
	up(&s->callers);
	count(&s->sums.calls);
	if (result == -ENXIO) {
		count(&s->sums.refused);
	} else if (result < 0) {
		stress_wrong("smp_call_on_cpu() returned minus", (unsigned long)-result);
	} else if (result != 0 && before % 2 == 0 && atomic_load(&s->epoch) == before) {
		stress_wrong("smp_call_on_cpu() ran on the wrong CPU, not on", cpu);
	}
}

/* ---- where it runs, and how important it is ---- */

/* All CPUs, some, or now and then one alone, whose going is reported. */
static void choose_cpus(struct stress_slot *self, struct cpumask *mask)
{
	cpumask_set_below(mask, nr_cpu_ids());
	if (below(self, 2) == 0) {
		return;
	}
	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		if (below(self, 2) == 0) {
			cpumask_clear_cpu(cpu, mask);
		}
	}
	cpumask_set_cpu(0, mask); /* always there */
	if (below(self, 64) == 0) {
		*mask = cpumask_of(below(self, nr_cpu_ids()));
	}
}

/* Itself or another: whose thread is not gone as long as the slot's lock is held. */
static void change(struct stress_slot *self, enum stress_act act)
{
	struct stress_slot *slot = below(self, 2) == 0 ? self : somebody(self);
	unsigned int prio = below(self, 2) == 0 ? PRIO_NORMAL : 1 + below(self, PRIO_HIGH);
	struct cpumask cpus;
	unsigned long state;
	int error = 0;

	choose_cpus(self, &cpus);
	state = spin_lock_irqsave(&slot->lock);
	if (slot->task != NULL) {
		error = act == ACT_PIN ? task_set_affinity(slot->task, &cpus)
				       : task_set_priority(slot->task, prio);
	}
	spin_unlock_irqrestore(&slot->lock, state);
	if (error != 0) {
		stress_wrong("affinity or priority refused: minus", (unsigned long)-error);
	}
}

static void step(struct stress_slot *self, enum stress_act act)
{
	/* seq_cst: stress_wake() */
	atomic_store(&self->act, act);
	switch (act) {
	case ACT_SLEEP:
		nap(self);
		break;
	case ACT_YIELD:
		task_yield();
		break;
	case ACT_SPIN:
		spin(self);
		break;
	case ACT_POST:
		post(self);
		break;
	case ACT_AWAIT:
		await_token(self);
		break;
	case ACT_LOCK:
		lock_something(self);
		break;
	case ACT_PERMIT:
		use_permit(self);
		break;
	case ACT_GIVE:
		give();
		break;
	case ACT_TAKE:
		take(self);
		break;
	case ACT_ASK:
		ask(self);
		break;
	case ACT_CALL:
		call(self);
		break;
	default:
		change(self, act);
	}
	self->steps++;
	count(&s->sums.steps);
}

/* Twice as much is posted and given as is waited for: half of those who wait have to. */
static enum stress_act choose(struct stress_slot *self)
{
	unsigned int dice = below(self, ACT_END + 2);

	if (dice == ACT_END) {
		return ACT_POST;
	}
	return dice > ACT_END ? ACT_GIVE : (enum stress_act)dice;
}

long stress_thread(void *arg)
{
	struct stress_slot *self = arg;

	while (!is_over() && below(self, ENDS_ONE_IN) != 0) {
		step(self, choose(self));
		(void)answer(self);
		step(self, ACT_SLEEP);
	}
	atomic_store(&self->act, ACT_END);
	(void)take_token(self);
	(void)answer(self);
	/* Release, paired with the acquire in the driver. */
	atomic_store_explicit(&self->ended, 1, memory_order_release);
	return self - s->slots;
}
