/* SPDX-License-Identifier: MIT */
/* What the shell can do. */
#ifndef KERNEL_COMMANDS_H
#define KERNEL_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/cpumask.h>

#include "kernel/sched/task.h"

#define MAX_WORDS 4

struct command {
	const char *name;
	const char *arguments; /* as help shows them */
	const char *help;
	unsigned int least, most; /* how many arguments */
	/* argv[0] is the name; missing arguments are null. */
	void (*run)(char *const argv[MAX_WORDS]);
};

/*
 * What the commands share. Each says what is wrong with the word. A CPU by its number, online or
 * not; one that is online; or "all" that are.
 */
bool parse_any_cpu(const char *word, unsigned int *cpu);
bool parse_cpu(const char *word, unsigned int *cpu);
bool parse_cpus(const char *word, struct cpumask *mask);

/* A thread by its number; null after a line that says there is none. */
struct task *find_thread(const char *word, struct task_info *info);

/* Sleeps; false as soon as Ctrl-C is typed. And has it been? What else was typed is dropped. */
bool command_sleep(uint64_t ns);
bool command_interrupted(void);

/* In commands_cpu.c and commands_ipi.c. */
void run_cpu(char *const argv[MAX_WORDS]);
void run_stop(char *const argv[MAX_WORDS]);
void run_start(char *const argv[MAX_WORDS]);
void run_backtrace(char *const argv[MAX_WORDS]);
void run_stall(char *const argv[MAX_WORDS]);
void run_ipi(char *const argv[MAX_WORDS]);

/* In commands_sched.c and commands_spawn.c. */
void run_ps(char *const argv[MAX_WORDS]);
void run_top(char *const argv[MAX_WORDS]);
void run_spawn(char *const argv[MAX_WORDS]);
void run_kill(char *const argv[MAX_WORDS]);
void run_pin(char *const argv[MAX_WORDS]);
void run_wake(char *const argv[MAX_WORDS]);
void run_hackbench(char *const argv[MAX_WORDS]);

/* Ends with a null name. */
extern const struct command commands[];

#endif
