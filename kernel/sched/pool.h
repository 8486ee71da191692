/* SPDX-License-Identifier: MIT */
/* The memory of threads: struct task and stack, made together and used again together. */
#ifndef KERNEL_SCHED_POOL_H
#define KERNEL_SCHED_POOL_H

#include "kernel/sched/task.h"

/* Null: none is left, and this CPU is not the one that can make more. Thread context. */
struct task *pool_take(void);

/* Any context. */
void pool_give(struct task *task);

/* A thread that is not of the pool becomes one that task_next() shows. The boot CPU. */
void pool_adopt(struct task *task);

/* All but stack, CPU, affinity and what it does: as a new thread has it. task.c */
void task_reset(struct task *task, const char *name);

#endif
