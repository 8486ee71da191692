/* SPDX-License-Identifier: MIT */
/* The CPUs as coroutines, and which of them goes on. */
#include <stdlib.h>
#include <ucontext.h>

#include "tests/model/explore/explore.h"

#define STACK_SIZE (64 * 1024)
#define MAX_STEPS 20000
#define TIMEOUTS 4
#define SPINS 20 /* more than core/call_wait.c takes between two looks at the clock */

enum cpu_state {
	CPU_READY,
	CPU_RELAXED, /* waits for any change that it has not looked at yet */
	CPU_IDLE,    /* waits for an interrupt */
	CPU_PARKED,  /* for ever */
};

struct cpu {
	ucontext_t context;
	enum cpu_state state;
	uint64_t turn;	    /* progress when its present turn of a waiting loop began */
	uint64_t stamp;	    /* the same of the turn before the relax */
	bool stale;	    /* it read an old value in this turn */
	unsigned int spins; /* turns it has left to notice that time has passed */
	char *stack;
};

struct schedule {
	const struct scenario *scenario;
	struct cpu cpu[MAX_CPUS];
	ucontext_t outside;
	unsigned int current;
	uint64_t progress;
	unsigned int steps;
	struct bounds left;
	unsigned int time_jumps; /* by choice */
	unsigned int timeouts;	 /* because nobody could go on */
	bool running;
	bool late; /* scenario->late was started */
	const char *failure;
};

static struct schedule *s;
struct bounds bounds = {2, 1};

void schedule_init(void)
{
	s = keep(sizeof(*s));
	for (unsigned int i = 0; i < MAX_CPUS; i++) {
		s->cpu[i].stack = keep(STACK_SIZE);
	}
}

bool schedule_running(void)
{
	return s->running;
}

unsigned int schedule_cpu(void)
{
	return s->current;
}

void schedule_set_cpu(unsigned int cpu)
{
	s->current = cpu;
}

void schedule_progress(void)
{
	s->progress++;
}

void schedule_stale_read(void)
{
	s->cpu[s->current].stale = true;
}

unsigned int *schedule_stale_budget(void)
{
	return &s->left.stale;
}

static void leave(void)
{
	s->running = false;
	setcontext(&s->outside);
	abort();
}

void explore_fail(const char *what)
{
	if (s->failure == NULL) {
		s->failure = what;
	}
	if (s->running) {
		leave();
	}
}

static bool late_is_due(unsigned int i)
{
	return i == 0 && s->scenario->late != NULL && !s->late;
}

static bool runnable(unsigned int i)
{
	const struct cpu *cpu = &s->cpu[i];

	switch (cpu->state) {
	case CPU_READY:
		return true;
	case CPU_RELAXED:
		return s->progress != cpu->stamp || cpu->stale || cpu->spins != 0 ||
		       machine_interrupt_due(i);
	case CPU_PARKED:
		return false;
	case CPU_IDLE:
	default:
		return machine_interrupt_due(i);
	}
}

static void switch_to(unsigned int next)
{
	unsigned int self = s->current;

	if (next != self) {
		s->current = next;
		swapcontext(&s->cpu[self].context, &s->cpu[next].context);
	}
}

static unsigned int others(unsigned int *list)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->scenario->nr_cpus; i++) {
		if (i != s->current && runnable(i)) {
			list[n++] = i;
		}
	}
	return n;
}

/* Before every access that another CPU could notice, or that could notice another CPU. */
void schedule_point(void)
{
	unsigned int list[MAX_CPUS];
	unsigned int chosen;

	if (!s->running) {
		return;
	}
	if (++s->steps > MAX_STEPS) {
		explore_fail("runs for ever");
	}
	machine_deliver();
	if (s->left.preemptions == 0) {
		return;
	}
	unsigned int n = others(list);
	unsigned int options = 1 + n + (machine_clear_is_buffered() ? 1 : 0);

	if (!choose_costly(&s->left.preemptions, options, &chosen)) {
		return;
	}
	if (chosen > n) {
		machine_commit_clears();
	} else {
		switch_to(list[chosen - 1]);
	}
}

/* Nobody can go on: those who wait look at the clock. */
static void pass_time(void)
{
	if (s->timeouts == 0) {
		return;
	}
	s->timeouts--;
	machine_time_jumps();
	for (unsigned int i = 0; i < s->scenario->nr_cpus; i++) {
		s->cpu[i].spins = s->cpu[i].state == CPU_RELAXED ? SPINS : 0;
	}
}

/* This CPU has nothing to do now: another, itself if no other can, the late part, the end. */
static void wait_turn(void)
{
	unsigned int list[MAX_CPUS];
	unsigned int n = others(list);

	if (n == 0 && !runnable(s->current)) {
		pass_time();
		n = others(list);
	}

	if (n > 0) {
		switch_to(list[choose(n)]);
	} else if (runnable(s->current) || (machine_commit_clears() && runnable(s->current))) {
		return;
	} else if (s->cpu[0].state == CPU_IDLE && late_is_due(0)) {
		switch_to(0);
	} else {
		leave();
	}
}

/* A waiting CPU may wait past any deadline: then it goes on, to look at the clock. */
static bool spins(struct cpu *cpu)
{
	if (cpu->spins == 0 && s->time_jumps > 0 && choose(2) == 1) {
		s->time_jumps--;
		machine_time_jumps();
		cpu->spins = SPINS;
	}
	if (cpu->spins == 0) {
		return false;
	}
	cpu->spins--;
	return true;
}

void schedule_clock_read(void)
{
	s->cpu[s->current].spins = 0;
}

void schedule_relax(void)
{
	struct cpu *cpu = &s->cpu[s->current];

	if (!s->running) {
		return;
	}
	if (++s->steps > MAX_STEPS) {
		explore_fail("runs for ever");
	}
	if (spins(cpu)) {
		machine_deliver();
		return;
	}
	cpu->stamp = cpu->turn;
	cpu->state = CPU_RELAXED;
	wait_turn();
	cpu->state = CPU_READY;
	cpu->stale = false;
	cpu->turn = s->progress;
	machine_deliver();
}

void schedule_park(void)
{
	s->cpu[s->current].state = CPU_PARKED;
	for (;;) {
		wait_turn();
	}
}

void schedule_sleep(void)
{
	s->cpu[s->current].state = CPU_IDLE;
	wait_turn();
	s->cpu[s->current].state = CPU_READY;
	machine_deliver();
}

static void cpu_main(void)
{
	struct cpu *cpu = &s->cpu[s->current];
	void (*body)(void) = s->scenario->cpu[s->current];

	if (body != NULL) {
		body();
	}
	for (;;) {
		cpu->state = CPU_IDLE;
		wait_turn();
		cpu->state = CPU_READY;
		if (!machine_interrupt_due(s->current) && late_is_due(s->current)) {
			s->late = true;
			s->left.stale = 0; /* by now every store has arrived */
			machine_repair();
			s->scenario->late();
		}
		machine_deliver();
	}
}

static void prepare(const struct scenario *scenario)
{
	s->scenario = scenario;
	s->progress = 0;
	s->steps = 0;
	s->late = false;
	s->left = bounds;
	if (scenario->preemptions != 0 && s->left.preemptions > scenario->preemptions) {
		s->left.preemptions = scenario->preemptions;
	}
	s->time_jumps = scenario->time_jumps;
	s->timeouts = scenario->time_jumps == 0 ? 0 : TIMEOUTS;
	s->failure = NULL;
	for (unsigned int i = 0; i < scenario->nr_cpus; i++) {
		struct cpu *cpu = &s->cpu[i];

		cpu->state = CPU_READY;
		cpu->turn = 0;
		cpu->stamp = 0;
		cpu->stale = false;
		cpu->spins = 0;
		getcontext(&cpu->context);
		cpu->context.uc_stack.ss_sp = cpu->stack;
		cpu->context.uc_stack.ss_size = STACK_SIZE;
		cpu->context.uc_link = NULL;
		makecontext(&cpu->context, cpu_main, 0);
	}
}

const char *schedule_run(const struct scenario *scenario)
{
	prepare(scenario);
	s->current = choose(scenario->nr_cpus);
	s->running = true;
	swapcontext(&s->outside, &s->cpu[s->current].context);
	for (unsigned int i = 0; i < scenario->nr_cpus && s->failure == NULL; i++) {
		if (s->cpu[i].state != CPU_IDLE && s->cpu[i].state != CPU_PARKED) {
			s->failure = "a CPU waits for ever";
		}
	}
	if (s->failure == NULL) {
		scenario->check();
	}
	return s->failure;
}
