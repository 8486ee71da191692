/* SPDX-License-Identifier: MIT */
/* What threads=N has to show: nobody is lost on the way, and at the end everything adds up. */
#include <crosscall/cpu.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/stress.h"

/* Longer than a virtual CPU stands still. */
#define LOST_NS 15000000000ULL
#define NAMED_MOST 8U

static struct stress *const s = &stress_state;

static const char *const act_names[NR_ACTS] = {
	"sleeps",
	"yields",
	"spins",
	"posts a token",
	"waits for a token",
	"is at a mutex",
	"is at a semaphore",
	"gives an item",
	"waits for an item",
	"waits for an answer",
	"calls another CPU",
	"changes an affinity",
	"changes a priority",
	"ends",
};

static void name_thread(const struct stress_slot *slot)
{
	struct task_info info;

	if (slot->task == NULL || !task_describe(slot->task, &info)) {
		return;
	}
	printk("  thread %u (%s) %s: %s, cpu %u, priority %u, token %lu, step %lu\n", info.id,
	       info.name, act_names[atomic_load_explicit(&slot->act, memory_order_relaxed)],
	       wait_state_is_asleep(&slot->task->wait) ? "asleep"
	       : info.place == TASK_QUEUED	       ? "queued"
	       : info.place == TASK_CURRENT	       ? "running"
						       : "on no queue",
	       info.cpu, info.prio,
	       (unsigned long)atomic_load_explicit(&slot->token, memory_order_relaxed),
	       (unsigned long)slot->steps);
}

/* Only the driver changes slot->task, and it is the one that looks. */
static bool is_owed(const struct stress_slot *slot)
{
	return slot->task != NULL &&
	       atomic_load_explicit(&slot->token, memory_order_relaxed) != 0 &&
	       atomic_load_explicit(&slot->act, memory_order_relaxed) == ACT_AWAIT &&
	       wait_state_is_asleep(&slot->task->wait);
}

bool stress_look_for_lost(uint64_t now)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		struct stress_slot *slot = &s->slots[i];

		if (!is_owed(slot)) {
			slot->owed_since = 0;
		} else if (slot->owed_since == 0) {
			slot->owed_since = now;
		} else if (now - slot->owed_since > LOST_NS) {
			name_thread(slot);
			lost++;
		}
	}
	return result_check(lost == 0, "threads: %u sleep although they were woken", lost);
}

void stress_name_stuck(void)
{
	unsigned int stuck = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		if (atomic_load_explicit(&s->slots[i].ended, memory_order_relaxed) == 0 &&
		    ++stuck <= NAMED_MOST) {
			name_thread(&s->slots[i]);
		}
	}
	result_check(false, "threads: %u do not end", stuck);
}

static unsigned long get(const _Atomic uint64_t *sum)
{
	return (unsigned long)atomic_load_explicit(sum, memory_order_relaxed);
}

static unsigned int tokens_left(void)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		left += atomic_load_explicit(&s->slots[i].token, memory_order_relaxed);
	}
	return left;
}

static void check_tokens(void)
{
	struct stress_sums *sums = &s->sums;
	unsigned int left = tokens_left();
	unsigned int items = atomic_load_explicit(&s->items, memory_order_relaxed);

	printk("  %-24s %7lu posted, %lu consumed, %u left at the end\n", "wake-ups",
	       get(&sums->posted), get(&sums->consumed), left);
	result_check(get(&sums->posted) == get(&sums->consumed) + left && get(&sums->posted) > 0,
		     "threads: wake-ups do not add up");
	printk("  %-24s %7lu given, %lu taken, %u left; %lu gave up in time\n", "wait queue",
	       get(&sums->given), get(&sums->taken), items, get(&sums->timeouts));
	result_check(get(&sums->given) == get(&sums->taken) + items,
		     "threads: what was given and taken does not add up");
	printk("  %-24s %7lu asked, %lu answered, %lu taken back\n", "completions",
	       get(&sums->asked), get(&sums->answered), get(&sums->cancelled));
	result_check(get(&sums->asked) == get(&sums->answered) + get(&sums->cancelled),
		     "threads: questions and answers do not add up");
}

static void check_locks(void)
{
	uint64_t inside = 0;
	bool idle = true;

	for (unsigned int i = 0; i < STRESS_MUTEXES; i++) {
		inside += s->inside[i];
		idle = idle && s->mutexes[i].waiters.first == NULL;
		mutex_destroy(&s->mutexes[i]); /* nobody holds it */
	}
	printk("  %-24s %7lu times, each alone; %lu calls on a CPU, %lu of them refused\n", "mutex",
	       (unsigned long)inside, get(&s->sums.calls), get(&s->sums.refused));
	result_check(inside == get(&s->sums.locked), "threads: %lu were in a mutex, counted %lu",
		     get(&s->sums.locked), (unsigned long)inside);
	result_check(idle && s->permits.waiters.first == NULL && s->queue.waiters.first == NULL,
		     "threads: somebody is left in a list");
	result_check(semaphore_count(&s->permits) == STRESS_PERMITS,
		     "threads: %u permits of %u came back", semaphore_count(&s->permits),
		     STRESS_PERMITS);
}

static void check_queues(void)
{
	struct sched_stats sum = {.switches = 0};

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct sched_stats stats;

		if (sched_stats_read(cpu, &stats)) {
			sum.queued += stats.queued;
			sum.switches += stats.switches;
			sum.wakeups += stats.wakeups;
			sum.rings += stats.rings;
		}
	}
	printk("  %-24s %7lu switches, %lu wake-ups, %lu times a CPU was rung\n", "scheduler",
	       (unsigned long)sum.switches, (unsigned long)sum.wakeups, (unsigned long)sum.rings);
	result_check(sum.queued == 0 && task_count() == 0,
		     "threads: %u are left, %u of them on a queue", task_count(), sum.queued);
}

void stress_verdict(void)
{
	check_tokens();
	check_locks();
	check_queues();
	result_check(get(&s->sums.wrong) == 0, "threads: %lu things went wrong",
		     get(&s->sums.wrong));
}
