/* SPDX-License-Identifier: MIT */
/*
 * Mutex, semaphore, completion, wait queue: first come, first served; counts exact; time-outs; what
 * is refused. The line of threads is made one by one, each once the last one sleeps.
 */
#include <stdatomic.h>
#include <string.h>

#include <crosscall/crosscall.h>

#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/panic.h"
#include "kernel/result.h"
#include "kernel/sched/completion.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/semaphore.h"
#include "kernel/sched/wait_queue.h"
#include "kernel/selfcheck.h"

#define LINE 5U
#define SHORT_NS 2000000ULL
/* Long enough for whoever was woken; short enough for a run that has to fail. */
#define WAKE_NS 15000000000ULL

static struct mutex mutex = MUTEX_INIT("self-check");
static struct semaphore semaphore = SEMAPHORE_INIT("self-check", 0);
static struct completion completion = COMPLETION_INIT("self-check");
static struct wait_queue queue = WAIT_QUEUE_INIT("self-check");

/* What is in the queue, taken by its condition. */
static _Atomic unsigned int items;

/* Who was served, in that order. */
static struct {
	unsigned int who[LINE];
	_Atomic unsigned int nr;
} served;

static void note(unsigned int me)
{
	/* Relaxed: who[] is read after the join. */
	served.who[atomic_fetch_add_explicit(&served.nr, 1, memory_order_relaxed)] = me;
}

static bool are_served(void *arg)
{
	const unsigned int *nr = arg;

	return atomic_load_explicit(&served.nr, memory_order_relaxed) >= *nr;
}

static bool take_item(void *unused)
{
	unsigned int nr = atomic_load_explicit(&items, memory_order_relaxed);

	(void)unused;
	/* Relaxed: the queue's lock orders. */
	return nr != 0 && atomic_compare_exchange_strong(&items, &nr, nr - 1);
}

static long wait_mutex(void *arg)
{
	mutex_lock(&mutex);
	note((unsigned int)(uintptr_t)arg);
	mutex_unlock(&mutex);
	return 0;
}

static long wait_semaphore(void *arg)
{
	down(&semaphore);
	note((unsigned int)(uintptr_t)arg);
	return 0;
}

static long wait_complete(void *arg)
{
	wait_for_completion(&completion);
	note((unsigned int)(uintptr_t)arg);
	return 0;
}

static long wait_item(void *arg)
{
	wait_event(&queue, take_item, NULL);
	note((unsigned int)(uintptr_t)arg);
	return 0;
}

/* Each gives for one thread; in the interrupt of a call. */
static void give_semaphore(void *unused)
{
	(void)unused;
	up(&semaphore);
}

static void give_complete(void *unused)
{
	(void)unused;
	complete(&completion);
}

static void give_item(void *unused)
{
	(void)unused;
	atomic_fetch_add_explicit(&items, 1, memory_order_relaxed);
	(void)wake_up_one(&queue);
}

static const struct kind {
	const char *what;
	struct wait_list *list;
	long (*wait)(void *arg);
	void (*give)(void *unused); /* null: who is served gives to the next */
} kinds[] = {
	{"mutex", &mutex.waiters, wait_mutex, NULL},
	{"semaphore", &semaphore.waiters, wait_semaphore, give_semaphore},
	{"completion", &completion.waiters, wait_complete, give_complete},
	{"wait queue", &queue.waiters, wait_item, give_item},
};

struct length {
	struct wait_list *list;
	unsigned int wanted;
};

static bool has_length(void *arg)
{
	const struct length *length = arg;
	unsigned long state = spin_lock_irqsave(&length->list->lock);
	unsigned int nr = 0;

	for (const struct waiter *w = length->list->first; w != NULL; w = w->next) {
		nr += wait_state_is_asleep(&w->task->wait);
	}
	spin_unlock_irqrestore(&length->list->lock, state);
	return nr == length->wanted;
}

static bool line_up(const struct kind *kind, struct task *line[LINE])
{
	for (unsigned int i = 0; i < LINE; i++) {
		struct length length = {kind->list, i + 1};

		line[i] = task_run("in line", kind->wait, (void *)(uintptr_t)i, PRIO_NORMAL, NULL);
		if (!result_check(line[i] != NULL, "no memory for a thread") ||
		    !result_check(wait_until(has_length, &length, WAKE_NS),
				  "%s: thread %u does not wait", kind->what, i)) {
			give_up("threads do not wait");
		}
	}
	return true;
}

/* The next one is served, and nobody else. From the interrupt of a call to a CPU, each its turn. */
static void serve_next(const struct kind *kind, unsigned int before)
{
	unsigned int nr = kind->give == NULL ? LINE : before + 1;
	struct length length = {kind->list, LINE - nr};

	if (kind->give == NULL) {
		mutex_unlock(&mutex);
	} else {
		unsigned int cpu = before % nr_cpu_ids();

		cpu = cpu_online(cpu) ? cpu : 0;
		result_check(smp_call_function_single(cpu, kind->give, NULL, true) == 0,
			     "%s: cpu %u cannot be called", kind->what, cpu);
	}
	if (!result_check(wait_until(are_served, &nr, WAKE_NS), "%s: nobody is woken",
			  kind->what)) {
		give_up("a wake-up is lost");
	}
	result_check(wait_until(has_length, &length, WAKE_NS),
		     "%s: %u were served, and not all others wait", kind->what, nr);
}

static void check_line(const struct kind *kind)
{
	struct task *line[LINE];
	bool in_order = true;

	atomic_store_explicit(&served.nr, 0, memory_order_relaxed);
	if (kind->give == NULL) {
		mutex_lock(&mutex);
	}
	line_up(kind, line);
	for (unsigned int nr = 0; nr < LINE; nr = served.nr) {
		serve_next(kind, nr);
	}
	for (unsigned int i = 0; i < LINE; i++) {
		task_join(line[i], NULL);
		in_order = in_order && served.who[i] == i;
	}
	result_check(in_order, "%s: not served in the order in which they came", kind->what);
}

static bool never(void *unused)
{
	(void)unused;
	return false;
}

/* What is given while nobody waits is there for who comes, once each; after that it takes time. */
static void check_counts(void)
{
	result_check(!down_trylock(&semaphore), "a semaphore of 0 was taken");
	result_check(down_timeout(&semaphore, SHORT_NS) == -ETIMEDOUT, "down_timeout() got one");
	up(&semaphore);
	up(&semaphore);
	result_check(semaphore_count(&semaphore) == 2, "semaphore: up() twice gave %u",
		     semaphore_count(&semaphore));
	down(&semaphore);
	result_check(down_timeout(&semaphore, SHORT_NS) == 0, "down_timeout() got none");
	result_check(!down_trylock(&semaphore), "semaphore: two up() were taken three times");

	complete(&completion);
	wait_for_completion(&completion);
	result_check(wait_for_completion_timeout(&completion, SHORT_NS) == -ETIMEDOUT,
		     "one complete() let two pass");
	complete_all(&completion);
	wait_for_completion(&completion);
	wait_for_completion(&completion);
	result_check(completion_done(&completion), "complete_all() does not last");
	completion_init(&completion, "self-check");
	result_check(!completion_done(&completion), "completion_init() leaves it complete");

	result_check(wait_event_timeout(&queue, never, NULL, SHORT_NS) == -ETIMEDOUT,
		     "a condition that never holds did");
	result_check(!wake_up_one(&queue) && wake_up_all(&queue) == 0, "somebody is left");
}

/* complete_all() and wake_up_all() reach everybody. */
static void check_all(void)
{
	unsigned int everybody = LINE;
	struct task *line[LINE];

	for (unsigned int kind = 2; kind < 4; kind++) {
		atomic_store_explicit(&served.nr, 0, memory_order_relaxed);
		/* They note themselves at the same time, so only how many come is looked at. */
		line_up(&kinds[kind], line);
		if (kind == 2) {
			complete_all(&completion);
		} else {
			atomic_store_explicit(&items, LINE, memory_order_relaxed);
			everybody = wake_up_all(&queue);
		}
		for (unsigned int i = 0; i < LINE; i++) {
			task_join(line[i], NULL);
		}
		result_check(everybody == LINE, "wake_up_all() woke %u", everybody);
		completion_init(&completion, "self-check");
	}
}

static void lock_it(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
}

static void unlock_it(void *unused)
{
	(void)unused;
	mutex_unlock(&mutex);
}

static void destroy_it(void *unused)
{
	(void)unused;
	mutex_destroy(&mutex);
}

static void down_unpreempted(void *unused)
{
	(void)unused;
	preempt_disable();
	down(&semaphore);
}

static void expect_panic(void (*fn)(void *unused), const char *words)
{
	char message[160] = "";

	result_check(catch_panic(fn, NULL, message, sizeof(message)) &&
			     strstr(message, words) != NULL,
		     "the panic \"%s\" is \"%s\"", words, message);
}

static long hold_it(void *arg)
{
	mutex_lock(&mutex);
	complete(arg);
	down(&semaphore);
	mutex_unlock(&mutex);
	return 0;
}

static void check_refusals(void)
{
	struct completion held = COMPLETION_INIT("held");
	struct task *holder;

	expect_panic(unlock_it, "(console) unlocks mutex self-check, which nobody holds");
	mutex_lock(&mutex);
	result_check(mutex_is_mine(&mutex) && !mutex_trylock(&mutex), "a mutex was taken twice");
	expect_panic(lock_it, "(console) locks again mutex self-check, held by");
	expect_panic(destroy_it, "(console) destroys mutex self-check, held by");
	mutex_unlock(&mutex);
	mutex_destroy(&mutex);
	holder = task_run("holder", hold_it, &held, PRIO_NORMAL, NULL);
	if (!result_check(holder != NULL, "no memory for a thread")) {
		return;
	}
	wait_for_completion(&held);
	result_check(!mutex_trylock(&mutex) && !mutex_is_mine(&mutex), "another's mutex was taken");
	expect_panic(unlock_it, "(console) unlocks mutex self-check, held by thread");
	up(&semaphore);
	task_join(holder, NULL);
	result_check(mutex_trylock(&mutex), "a free mutex was not taken");
	mutex_unlock(&mutex);
	expect_panic(down_unpreempted, "takes from semaphore self-check where it may not sleep");
	preempt_enable();
}

void selfcheck_sync(void)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		check_line(&kinds[i]);
	}
	check_counts();
	check_all();
	check_refusals();
	printk("  %-24s first come, first served; counts, time-outs, refusals as documented\n",
	       "mutex and its kin");
}
