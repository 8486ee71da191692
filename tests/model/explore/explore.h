/* SPDX-License-Identifier: MIT */
/*
 * The explorer: runs the library's own object code through the interleavings of up to three
 * CPUs, each a
 * coroutine. The instrumentation of -fsanitize=thread calls it before every access: it is the
 * runtime behind it.
 */
#ifndef TESTS_MODEL_EXPLORE_H
#define TESTS_MODEL_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_CPUS 3

struct scenario {
	const char *name;
	unsigned int nr_cpus;
	unsigned int ring_failures; /* how many firmware calls may fail */
	unsigned int time_jumps;  /* how often a wait may outlast any deadline; 0: no time passes */
	unsigned int preemptions; /* at most, because it is large; 0: as many as asked for */
	unsigned int offline;	  /* a mask: CPUs that the setup does not start */
	void (*setup)(void);	  /* after the boot, on CPU 0, nothing else running; or null */
	void (*cpu[MAX_CPUS])(void);
	void (*late)(
		void); /* what CPU 0 does when all is quiet, with rings that get through; or null */
	void (*check)(void);
};

/* Each ends with one that has no name. */
extern const struct scenario call_scenarios[];
extern const struct scenario wait_scenarios[];
extern const struct scenario work_scenarios[];
extern const struct scenario cpu_scenarios[];
extern const struct scenario tlb_scenarios[];
extern const struct scenario sleep_scenarios[];
extern const struct scenario balance_scenarios[];

/* scenarios.c: fails the execution unless it is good. */
void expect(bool good, const char *what);

/* What those handlers of explore_ops do. on_stop null: the CPU never comes back. */
extern void (*on_stop)(void);
extern void (*on_crash)(void);

/* choice.c: the depth-first search */
unsigned int choose(unsigned int options);
bool choose_costly(unsigned int *budget, unsigned int options, unsigned int *chosen);
void path_reset(void);
void path_restart(void);
bool path_next(void);

/* schedule.c */
struct bounds {
	unsigned int preemptions;
	unsigned int stale;
};
extern struct bounds bounds; /* at the start of each execution */
void schedule_init(void);
const char *schedule_run(const struct scenario *scenario); /* null, or what went wrong */
bool schedule_running(void);
unsigned int schedule_cpu(void);
void schedule_set_cpu(unsigned int cpu);
void schedule_point(void);
void schedule_progress(void);
void schedule_stale_read(void);
void schedule_relax(void);
void schedule_park(void);  /* does not return */
void schedule_sleep(void); /* until an interrupt was taken */
void schedule_clock_read(void);
unsigned int *schedule_stale_budget(void);
void explore_fail(const char *what);

/* memory.c */
void memory_init(void);
void memory_reset(void);
void memory_save(unsigned int slot); /* 0: the program, 1: the machine after boot */
void memory_put_back(unsigned int slot);

/* sites.c */
void sites_init(void);
bool sites_weaken(uintptr_t site, const char *half);
void sites_print(void);

/* machine.c */
void machine_init(void);
bool machine_boot(const struct scenario *scenario);
void machine_reset(const struct scenario *scenario);
void machine_init_doorbell(void);
void machine_start_cpu(void);
void machine_repair(void);
bool machine_interrupt_due(unsigned int cpu);
void machine_deliver(void);
bool machine_commit_clears(void);
bool machine_clear_is_buffered(void);
void machine_time_jumps(void);
void machine_sleep(void); /* with interrupts masked: until one was taken */

/* What lives across executions: outside of the memory that is put back before each. */
void *keep(size_t size);

#endif
