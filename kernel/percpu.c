/* SPDX-License-Identifier: MIT */
#include "kernel/percpu.h"

#include <stddef.h>
#include <string.h>

#include <crosscall/config.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/memory.h"
#include "kernel/sched/sched.h"

_Static_assert(offsetof(struct percpu, stack_top) == PERCPU_STACK_TOP &&
		       offsetof(struct percpu, stack_limit) == PERCPU_STACK_LIMIT &&
		       offsetof(struct percpu, scratch) == PERCPU_SCRATCH &&
		       PERCPU_SCRATCH2 == PERCPU_SCRATCH + sizeof(unsigned long) &&
		       offsetof(struct percpu, kernel_sp) == PERCPU_KERNEL_SP,
	       "percpu_offsets.h disagrees with struct percpu");

/* In the lowest two words: a frame that reaches this far down has used the whole guard. */
#define GUARD_BYTE 0xa5
#define GUARD_WORD (~0UL / 0xff * GUARD_BYTE)

struct percpu boot_percpu;
_Alignas(16) char boot_stack[STACK_SIZE];

static struct percpu *numbered[CROSSCALL_NR_CPUS];
static unsigned int nr;

struct percpu *cpu_data(unsigned int cpu)
{
	return cpu < nr ? numbered[cpu] : NULL;
}

unsigned int nr_numbered(void)
{
	return nr;
}

/*
 * The guard is not memory that faults: it is mapped like the rest of the stack. Trap entry
 * compares sp with stack_limit, and the pattern shows an overflow that came back before the next
 * trap.
 */
void stack_prepare(unsigned char *stack)
{
	memset(stack, GUARD_BYTE, 2 * sizeof(unsigned long));
}

void stack_use(struct percpu *cpu, unsigned char *stack)
{
	cpu->stack = stack;
	cpu->stack_top = (unsigned long)stack + STACK_SIZE;
	cpu->stack_limit = (unsigned long)stack + STACK_GUARD;
}

bool stack_guard_intact(void)
{
	const unsigned long *lowest = (const void *)this_cpu()->stack; /* aligned to 16 bytes */

	return lowest[0] == GUARD_WORD && lowest[1] == GUARD_WORD;
}

struct percpu *percpu_create(hwid_t hwid)
{
	void *stack = memory_reserve(STACK_SIZE, 16);
	struct percpu *cpu = memory_reserve(sizeof(*cpu), CROSSCALL_CACHE_LINE);

	if (stack == NULL || cpu == NULL) {
		return NULL;
	}
	cpu->hwid = hwid;
	stack_prepare(stack);
	stack_use(cpu, stack);
	cpu->rq = sched_create_queue();
	return cpu->rq == NULL ? NULL : cpu;
}

void percpu_number(struct percpu *cpu)
{
	cpu->cpu = nr;
	numbered[nr] = cpu;
	nr++;
	sched_init_queue(cpu);
}

void percpu_init_boot(hwid_t hwid)
{
	boot_percpu.hwid = hwid;
	stack_prepare((unsigned char *)boot_stack);
	stack_use(&boot_percpu, (unsigned char *)boot_stack);
	sched_init_boot();
	percpu_number(&boot_percpu);
	sched_init_console();
}
