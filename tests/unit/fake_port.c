/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

unsigned int fake_cpu;
bool fake_masked;
char fake_panic_message[160];
uint64_t random_state = 1;

static jmp_buf *panic_exit;
static uint64_t now;

unsigned int port_smp_processor_id(void)
{
	return fake_cpu;
}

unsigned long port_local_irq_save(void)
{
	bool was_masked = fake_masked;

	fake_masked = true;
	return !was_masked;
}

void port_local_irq_restore(unsigned long state)
{
	fake_masked = state == 0;
}

void port_cpu_relax(void)
{
	now += 1000;
}

uint64_t port_clock_ns(void)
{
	return now;
}

void port_panic(const char *message)
{
	(void)snprintf(fake_panic_message, sizeof(fake_panic_message), "%s", message);
	if (panic_exit != NULL) {
		longjmp(*panic_exit, 1);
	}
	(void)fprintf(stderr, "panic: %s\n", message);
	abort();
}

bool panics(void (*fn)(void *), void *arg)
{
	jmp_buf here;

	panic_exit = &here;
	if (setjmp(here) == 0) {
		fn(arg);
		panic_exit = NULL;
		return false;
	}
	panic_exit = NULL;
	return true;
}

uint64_t random_next(void)
{
	/* splitmix64 */
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

unsigned int random_below(unsigned int limit)
{
	return (unsigned int)(random_next() % limit);
}

void random_cpumask(struct cpumask *mask, unsigned int nr_cpus)
{
	unsigned int density = random_below(9);

	cpumask_clear(mask);
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		if (random_below(8) < density) {
			cpumask_set_cpu(cpu, mask);
		}
	}
}
