/* SPDX-License-Identifier: MIT */
#include "kernel/hackbench.h"

#include <stdatomic.h>
#include <string.h>

#include <crosscall/cpu.h>
#include <crosscall/stats.h>

#include "kernel/arch.h"
#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/memory.h"
#include "kernel/sched/completion.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/semaphore.h"

#define MESSAGE_SIZE 100
#define QUEUE_LENGTH 16U
#define LOOK_NS 50000000ULL
#define MOST_QUEUES (HACKBENCH_GROUPS * HACKBENCH_FDS)
/* The number of a sender's last message to each receiver, which says only that. */
#define THE_END (~0U)

struct message {
	uint32_t sender;
	uint32_t number;
	unsigned char fill[MESSAGE_SIZE - 8];
};

/* A receiver's. Boot memory is never given back: queues stay, and are used again. */
struct queue {
	struct semaphore places;
	struct semaphore messages;
	struct mutex mutex; /* guards the rest */
	struct message ring[QUEUE_LENGTH];
	unsigned int first;
	unsigned int nr;
};

static struct queue *queues[MOST_QUEUES];
/* The receivers, then the senders: nobody else's until they are detached. */
static struct task *threads[2 * MOST_QUEUES];

static struct {
	unsigned int fds, loops;
	struct completion start;
	struct completion end;
	_Atomic unsigned int left; /* threads that have not ended */
	_Atomic uint32_t stop;
	_Atomic unsigned long received;
	_Atomic unsigned long wrong;
	uint64_t end_ns;
} bench;

static bool is_stopped(void)
{
	return atomic_load_explicit(&bench.stop, memory_order_relaxed) != 0;
}

static void send(struct queue *queue, const struct message *message)
{
	down(&queue->places);
	mutex_lock(&queue->mutex);
	queue->ring[(queue->first + queue->nr) % QUEUE_LENGTH] = *message;
	queue->nr++;
	mutex_unlock(&queue->mutex);
	up(&queue->messages);
}

static void receive(struct queue *queue, struct message *message)
{
	down(&queue->messages);
	mutex_lock(&queue->mutex);
	*message = queue->ring[queue->first];
	queue->first = (queue->first + 1) % QUEUE_LENGTH;
	queue->nr--;
	mutex_unlock(&queue->mutex);
	up(&queue->places);
}

static void finish(void)
{
	/* acq_rel: the last one has seen what all others have done. */
	if (atomic_fetch_sub_explicit(&bench.left, 1, memory_order_acq_rel) == 1) {
		bench.end_ns = arch_clock_ns();
		complete(&bench.end);
	}
}

static void make(struct message *message, unsigned int sender, uint32_t number)
{
	message->sender = sender;
	message->number = number;
	memset(message->fill, (int)((sender + number) & 0xff), sizeof(message->fill));
}

/* 'arg' is a number in the whole: group * fds + sender. */
static long run_sender(void *arg)
{
	unsigned int index = (unsigned int)(uintptr_t)arg;
	unsigned int sender = index % bench.fds;
	struct queue *const *to = &queues[index - sender];
	struct message message;

	wait_for_completion(&bench.start);
	for (unsigned int i = 0; i < bench.loops && !is_stopped(); i++) {
		make(&message, sender, i);
		for (unsigned int r = 0; r < bench.fds; r++) {
			send(to[r], &message);
		}
	}
	make(&message, sender, THE_END);
	for (unsigned int r = 0; r < bench.fds; r++) {
		send(to[r], &message);
	}
	finish();
	return 0;
}

static bool is_whole(const struct message *message)
{
	struct message good;

	make(&good, message->sender, message->number);
	return memcmp(&good, message, sizeof(good)) == 0;
}

static long run_receiver(void *arg)
{
	struct queue *queue = queues[(uintptr_t)arg];
	uint32_t next[HACKBENCH_FDS] = {0};
	unsigned int open = bench.fds;
	unsigned long received = 0;
	unsigned long wrong = 0;

	wait_for_completion(&bench.start);
	while (open != 0) {
		struct message message;

		receive(queue, &message);
		if (message.sender >= bench.fds || !is_whole(&message)) {
			wrong++;
		} else if (message.number == THE_END) {
			open--;
			wrong += !is_stopped() && next[message.sender] != bench.loops;
		} else {
			wrong += message.number != next[message.sender]++;
			received++;
		}
	}
	atomic_fetch_add_explicit(&bench.received, received, memory_order_relaxed);
	atomic_fetch_add_explicit(&bench.wrong, wrong, memory_order_relaxed);
	finish();
	return 0;
}

/* False when there is no memory. */
static bool prepare(unsigned int groups, unsigned int fds, unsigned int loops)
{
	unsigned int nr = groups * fds;

	for (unsigned int i = 0; i < nr; i++) {
		if (queues[i] == NULL) {
			queues[i] = memory_reserve(sizeof(struct queue), _Alignof(struct queue));
		}
		if (queues[i] == NULL) {
			return false;
		}
		semaphore_init(&queues[i]->places, "places", QUEUE_LENGTH);
		semaphore_init(&queues[i]->messages, "messages", 0);
		mutex_init(&queues[i]->mutex, "a queue of messages");
		queues[i]->first = 0;
		queues[i]->nr = 0;
	}
	bench.fds = fds;
	bench.loops = loops;
	completion_init(&bench.start, "start of hackbench");
	completion_init(&bench.end, "end of hackbench");
	atomic_store_explicit(&bench.left, 2 * nr, memory_order_relaxed);
	atomic_store_explicit(&bench.stop, 0, memory_order_relaxed);
	atomic_store_explicit(&bench.received, 0, memory_order_relaxed);
	atomic_store_explicit(&bench.wrong, 0, memory_order_relaxed);
	return task_pool_reserve(2 * nr);
}

struct totals {
	uint64_t ipis;
	uint64_t switches;
};

static struct totals add_up(void)
{
	struct totals totals = {0, 0};

	for (unsigned int cpu = 0; cpu < nr_cpu_ids(); cpu++) {
		struct sched_stats sched;

		if (sched_stats_read(cpu, &sched)) {
			totals.switches += sched.switches;
		}
		for (unsigned int kind = 0; kind < NR_IPI; kind++) {
			struct ipi_stats stats;

			totals.ipis += ipi_stats_read(cpu, kind, &stats) == 0 ? stats.sent : 0;
		}
	}
	return totals;
}

/* They exist already, and there is memory: task_pool_reserve(). */
static void start(struct task **tasks, unsigned int nr, long (*fn)(void *arg), const char *name)
{
	for (unsigned int i = 0; i < nr; i++) {
		tasks[i] = task_run(name, fn, (void *)(uintptr_t)i, PRIO_NORMAL, NULL);
	}
}

/* Before everybody but the console: threads that have not had a CPU for long are to see this. */
static void stop(unsigned int nr)
{
	atomic_store_explicit(&bench.stop, 1, memory_order_relaxed);
	for (unsigned int i = 0; i < nr; i++) {
		(void)task_set_priority(threads[i], PRIO_CONSOLE);
	}
}

static void await_end(unsigned int nr)
{
	while (wait_for_completion_timeout(&bench.end, LOOK_NS) != 0) {
		if (command_interrupted()) {
			stop(nr);
		}
	}
	for (unsigned int i = 0; i < nr; i++) {
		task_detach(threads[i]);
	}
}

static bool print_result(uint64_t ns, unsigned int nr, const struct totals *before)
{
	struct totals now = add_up();
	unsigned long wanted = (unsigned long)nr * bench.fds * bench.loops;
	unsigned long received = atomic_load_explicit(&bench.received, memory_order_relaxed);
	unsigned long wrong = atomic_load_explicit(&bench.wrong, memory_order_relaxed);

	printk("%lu messages in %lu.%03lu s, %lu a second; %lu IPIs, %lu switches\n", received,
	       (unsigned long)(ns / 1000000000), (unsigned long)(ns / 1000000 % 1000),
	       (unsigned long)(received * 1000000000ULL / (ns == 0 ? 1 : ns)),
	       (unsigned long)(now.ipis - before->ipis),
	       (unsigned long)(now.switches - before->switches));
	if (is_stopped()) {
		printk("stopped before the end; what came was %s\n",
		       wrong == 0 ? "right" : "WRONG");
	} else if (wrong == 0 && received == wanted) {
		printk("every message came, once, in order\n");
	} else {
		printk("FAILED: %lu messages of %lu came, %lu wrong\n", received, wanted, wrong);
	}
	return wrong == 0 && (is_stopped() || received == wanted);
}

bool hackbench(unsigned int groups, unsigned int fds, unsigned int loops)
{
	unsigned int nr = groups * fds;
	struct totals before;
	uint64_t begin;

	if (!prepare(groups, fds, loops)) {
		printk("%u threads: too little memory\n", 2 * nr);
		return false;
	}
	printk("%u groups of %u senders and %u receivers, %u messages of %d bytes each to each\n",
	       groups, fds, fds, loops, MESSAGE_SIZE);
	start(threads, nr, run_receiver, "receiver");
	start(threads + nr, nr, run_sender, "sender");
	before = add_up();
	begin = arch_clock_ns();
	complete_all(&bench.start);
	await_end(2 * nr);
	return print_result(bench.end_ns - begin, nr, &before);
}
