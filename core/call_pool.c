/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/cpu.h>
#include <crosscall/port.h>

#include "core/call.h"

/*
 * 'cursor' is written by the owning CPU only, with interrupts masked; the rest at initialisation.
 */
static struct call_pool pools[CROSSCALL_NR_CPUS];

_Static_assert(CROSSCALL_REQUESTS_PER_CPU(CROSSCALL_NR_CPUS) < UINT16_MAX,
	       "a chain holds an index plus one in 16 bits");
_Static_assert(sizeof(struct call_single_data) <= CROSSCALL_CACHE_LINE,
	       "a request must not straddle two lines");

void call_pool_init(unsigned int nr_cpus, void *memory)
{
	struct call_single_data *csd = memory;
	unsigned int size = (unsigned int)CROSSCALL_REQUESTS_PER_CPU(nr_cpus);

	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		pools[cpu].csd = csd;
		pools[cpu].size = size;
		pools[cpu].cursor = csd;
		/* relaxed: no CPU is online */
		atomic_store_explicit(&pools[cpu].given_up, 0, memory_order_relaxed);
		csd += size;
	}
	for (struct call_single_data *each = memory; each < csd; each++) {
		/* relaxed: no CPU is online */
		atomic_store_explicit(&each->state, CSD_IDLE, memory_order_relaxed);
	}
}

struct call_pool *call_pool_here(void)
{
	return &pools[port_smp_processor_id()];
}

/* The next idle request from the cursor on, now reserved; null when all are in use. */
struct call_single_data *call_pool_reserve_one(struct call_pool *pool)
{
	struct call_single_data *const first = pool->csd;
	struct call_single_data *const end = first + pool->size;
	struct call_single_data *csd = pool->cursor;

	/*
	 * rule 8, acquire: pairs with the release that made it idle; nobody else takes it out of
	 * IDLE
	 */
	while (atomic_load_explicit(&csd->state, memory_order_acquire) != CSD_IDLE) {
		csd = csd + 1 == end ? first : csd + 1;
		if (csd == pool->cursor) {
			return NULL;
		}
	}
	pool->cursor = csd + 1 == end ? first : csd + 1;
	/* relaxed: seen by others only through the push */
	atomic_store_explicit(&csd->state, CSD_RESERVED, memory_order_relaxed);
	csd->chain = 0;
	return csd;
}

static bool is_given_up(const struct call_single_data *csd)
{
	/* relaxed: a hint; one that has just come back is found the next time */
	uint32_t state = atomic_load_explicit(&csd->state, memory_order_relaxed);

	return state == CSD_CANCELLED || state == CSD_ABANDONED;
}

static unsigned int nr_held_by(const struct call_pool *pool, unsigned int cpu)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < pool->size; i++) {
		nr += pool->csd[i].dst == cpu && is_given_up(&pool->csd[i]);
	}
	return nr;
}

/* Before it is given up. Who waits with interrupts enabled may be on another CPU by now. */
void call_pool_note_given_up(const struct call_single_data *csd)
{
	size_t index = (size_t)(csd - pools[0].csd);

	atomic_fetch_add_explicit(&pools[index / pools[0].size].given_up, 1, memory_order_relaxed);
}

/* One pass over the pool, and one more for each request in it that was given up. */
bool call_pool_find_holder(struct call_pool *pool, const struct cpumask *mask, unsigned int *holder)
{
	uint32_t noted = atomic_load_explicit(&pool->given_up, memory_order_relaxed);
	bool any = false;

	if (noted == 0) {
		return false;
	}
	for (unsigned int i = 0; i < pool->size; i++) {
		unsigned int cpu = pool->csd[i].dst;

		if (!is_given_up(&pool->csd[i])) {
			continue;
		}
		any = true;
		if (cpumask_test_cpu(cpu, mask) && nr_held_by(pool, cpu) >= CROSSCALL_CALL_DEPTH) {
			*holder = cpu;
			return true;
		}
	}
	if (!any) {
		/* Fails when another was given up meanwhile. */
		atomic_compare_exchange_strong_explicit(&pool->given_up, &noted, 0,
							memory_order_relaxed, memory_order_relaxed);
	}
	return false;
}

unsigned int call_pool_holder(const struct cpumask *mask)
{
	unsigned long state = port_local_irq_save();
	struct call_pool *pool = call_pool_here();
	unsigned int cpu = pool->cursor->dst;

	(void)call_pool_find_holder(pool, mask, &cpu);
	port_local_irq_restore(state);
	return cpu;
}

struct call_single_data *call_pool_next(const struct call_pool *pool,
					const struct call_single_data *csd)
{
	return csd->chain == 0 ? NULL : &pool->csd[csd->chain - 1];
}

void call_pool_link(const struct call_pool *pool, struct call_single_data *csd,
		    const struct call_single_data *next)
{
	csd->chain = next == NULL ? 0 : (uint16_t)(next - pool->csd + 1);
}

static void release_chain(const struct call_pool *pool, struct call_single_data *csd)
{
	while (csd != NULL) {
		struct call_single_data *next = call_pool_next(pool, csd);

		csd_release(csd);
		csd = next;
	}
}

struct call_single_data *call_pool_reserve(struct call_pool *pool, unsigned int nr)
{
	struct call_single_data *first = NULL;
	struct call_single_data *last = NULL;

	for (unsigned int i = 0; i < nr; i++) {
		struct call_single_data *csd = call_pool_reserve_one(pool);

		if (csd == NULL) {
			release_chain(pool, first);
			return NULL;
		}
		if (first == NULL) {
			first = csd;
		} else {
			call_pool_link(pool, last, csd);
		}
		last = csd;
	}
	return first;
}

void csd_release(struct call_single_data *csd)
{
	/*
	 * rule 8, release: pairs with the acquire in call_pool_reserve_one(), which may be on
	 * another CPU
	 */
	atomic_store_explicit(&csd->state, CSD_IDLE, memory_order_release);
}
