/* SPDX-License-Identifier: MIT */
/*
 * The memory model. An atomic location is the list of its stores; a CPU may read any store that is
 * not older than one it knows of, and knows more by reading and by acquiring what another CPU
 * released. Read-modify-writes take the newest. The sequentially consistent accesses stand in one
 * order, that of the execution: such a load reads the newest such store of its location, or a
 * newer one. Plain accesses are checked for data races: the other access must be known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/explore/explore.h"
#include "tests/model/explore/memory.h"

#define MAX_LOCATIONS 128
#define MAX_STORES 160
#define READERS (MAX_CPUS)
#define GRANULE 2

/* What a CPU knows: how far the others were, and the oldest store it may read of each location. */
struct view {
	uint16_t clock[MAX_CPUS];
	uint16_t oldest[MAX_LOCATIONS];
};

struct store {
	uint64_t value;
	struct view released;
};

struct location {
	void *address;
	unsigned int stores;
	unsigned int newest_seq_cst;
	struct store store[MAX_STORES];
};

/* The last plain accesses to two bytes; valid in one execution. */
struct shadow {
	uint32_t execution;
	uint16_t write_clock;
	uint8_t writer;
	uint16_t read_clock[READERS];
};

struct memory {
	struct view view[MAX_CPUS];
	unsigned int locations;
	struct location location[MAX_LOCATIONS];
	uint32_t execution;
	size_t size;
	char *copy[2];
	struct shadow *shadow;
};

extern char __data_start[];
extern char _end[];

static struct memory *mem;

void memory_init(void)
{
	mem = keep(sizeof(*mem));
	mem->size = (size_t)(_end - __data_start);
	mem->copy[0] = keep(mem->size);
	mem->copy[1] = keep(mem->size);
	mem->shadow = keep((mem->size / GRANULE + 1) * sizeof(*mem->shadow));
}

void memory_save(unsigned int slot)
{
	memcpy(mem->copy[slot], __data_start, mem->size);
}

void memory_put_back(unsigned int slot)
{
	memcpy(__data_start, mem->copy[slot], mem->size);
}

void memory_reset(void)
{
	memset(mem->view, 0, sizeof(mem->view));
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		mem->view[cpu].clock[cpu] = 1;
	}
	mem->locations = 0;
	mem->execution++;
}

struct access {
	struct location *location;
	unsigned int index; /* of the location */
	struct view *view;
	bool acquire;
	bool release;
	bool seq_cst;
};

/* ---- atomics ---- */

static uint64_t peek(const void *address, unsigned int size)
{
	uint64_t value = 0;

	memcpy(&value, address, size);
	return value;
}

static unsigned int find_location(void *address, unsigned int size)
{
	for (unsigned int i = 0; i < mem->locations; i++) {
		if (mem->location[i].address == address) {
			return i;
		}
	}
	if (mem->locations == MAX_LOCATIONS) {
		explore_fail("too many atomic locations");
	}
	struct location *location = &mem->location[mem->locations];

	/* What the setup left: known to all. */
	location->address = address;
	location->stores = 1;
	location->newest_seq_cst = 0;
	location->store[0].value = peek(address, size);
	memset(&location->store[0].released, 0, sizeof(struct view));
	return mem->locations++;
}

static struct access begin(void *address, unsigned int size, int order, enum access_kind kind,
			   void *site)
{
	struct access a;

	schedule_point();
	a.index = find_location(address, size);
	a.location = &mem->location[a.index];
	a.view = &mem->view[schedule_cpu()];
	a.acquire = site_has((uintptr_t)site, ACQUIRE, order, kind);
	a.release = site_has((uintptr_t)site, RELEASE, order, kind);
	a.seq_cst = site_has((uintptr_t)site, SEQ_CST, order, kind);
	return a;
}

static void join(struct view *to, const struct view *from)
{
	for (unsigned int i = 0; i < MAX_CPUS; i++) {
		to->clock[i] = to->clock[i] > from->clock[i] ? to->clock[i] : from->clock[i];
	}
	for (unsigned int i = 0; i < mem->locations; i++) {
		to->oldest[i] = to->oldest[i] > from->oldest[i] ? to->oldest[i] : from->oldest[i];
	}
}

static uint64_t read_store(const struct access *a, unsigned int which)
{
	const struct store *store = &a->location->store[which];

	a->view->oldest[a->index] = (uint16_t)which;
	if (a->acquire) {
		join(a->view, &store->released);
	}
	return store->value;
}

/* The oldest store that a load may read. */
static unsigned int oldest_readable(const struct access *a)
{
	unsigned int oldest = a->view->oldest[a->index];

	return a->seq_cst && a->location->newest_seq_cst > oldest ? a->location->newest_seq_cst
								  : oldest;
}

/* 'continues': a read-modify-write hands on what the store before it released. */
static void append(const struct access *a, uint64_t value, unsigned int size, bool continues)
{
	struct location *location = a->location;

	if (location->stores == MAX_STORES) {
		explore_fail("too many stores to one location");
	}
	struct store *store = &location->store[location->stores];

	store->value = value;
	if (a->seq_cst) {
		location->newest_seq_cst = location->stores;
	}
	a->view->oldest[a->index] = (uint16_t)location->stores++;
	if (continues) {
		store->released = store[-1].released;
	} else {
		memset(&store->released, 0, sizeof(store->released));
	}
	if (a->release) {
		join(&store->released, a->view);
		a->view->clock[schedule_cpu()]++;
	}
	memcpy(location->address, &value, size);
	schedule_progress();
}

uint64_t memory_load(void *address, unsigned int size, int order, void *site)
{
	if (!schedule_running()) {
		return peek(address, size);
	}
	struct access a = begin(address, size, order, LOAD, site);
	unsigned int newest = a.location->stores - 1;
	unsigned int back;

	if (choose_costly(schedule_stale_budget(), newest - oldest_readable(&a) + 1, &back)) {
		schedule_stale_read();
	}
	return read_store(&a, newest - back);
}

void memory_store(void *address, unsigned int size, uint64_t value, int order, void *site)
{
	if (!schedule_running()) {
		memcpy(address, &value, size);
		return;
	}
	struct access a = begin(address, size, order, STORE, site);

	append(&a, value, size, false);
}

uint64_t memory_rmw(void *address, unsigned int size, enum memory_op op, uint64_t operand,
		    int order, void *site)
{
	struct access a = {0};
	uint64_t old;

	if (schedule_running()) {
		a = begin(address, size, order, RMW, site);
		old = read_store(&a, a.location->stores - 1);
	} else {
		old = peek(address, size);
	}
	uint64_t value = op == MEMORY_OR	 ? old | operand
			 : op == MEMORY_AND	 ? old & operand
			 : op == MEMORY_ADD	 ? old + operand
			 : op == MEMORY_SUBTRACT ? old - operand
						 : operand;

	if (schedule_running()) {
		append(&a, value, size, true);
	} else {
		memcpy(address, &value, size);
	}
	return old;
}

bool memory_cas(void *address, unsigned int size, uint64_t *expected, uint64_t desired, int order,
		int failure_order, void *site)
{
	if (!schedule_running()) {
		uint64_t now = peek(address, size);
		bool same = now == *expected;

		*expected = now;
		if (same) {
			memcpy(address, &desired, size);
		}
		return same;
	}
	struct access a = begin(address, size, order, RMW, site);
	unsigned int newest = a.location->stores - 1;

	if (a.location->store[newest].value == *expected) {
		read_store(&a, newest);
		append(&a, desired, size, true);
		return true;
	}
	a.acquire = a.acquire && failure_order != __ATOMIC_RELAXED;
	*expected = read_store(&a, newest);
	return false;
}

/* ---- plain accesses ---- */

static bool known(const struct view *view, unsigned int cpu, uint16_t clock)
{
	return clock <= view->clock[cpu];
}

static void check_granule(struct shadow *shadow, bool write, unsigned int cpu)
{
	const struct view *view = &mem->view[cpu];

	if (shadow->execution != mem->execution) {
		*shadow = (struct shadow){.execution = mem->execution};
	}
	if (!known(view, shadow->writer, shadow->write_clock)) {
		explore_fail("data race with a write");
	}
	if (!write) {
		shadow->read_clock[cpu] = view->clock[cpu];
		return;
	}
	for (unsigned int i = 0; i < READERS; i++) {
		if (!known(view, i, shadow->read_clock[i])) {
			explore_fail("data race with a read");
		}
	}
	shadow->writer = (uint8_t)cpu;
	shadow->write_clock = view->clock[cpu];
}

void memory_plain(const void *address, size_t size, bool write)
{
	const char *first = address;

	if (!schedule_running() || first < __data_start || first + size > _end) {
		return;
	}
	size_t from = (size_t)(first - __data_start) / GRANULE;
	size_t to = ((size_t)(first - __data_start) + size - 1) / GRANULE;

	for (size_t i = from; i <= to; i++) {
		check_granule(&mem->shadow[i], write, schedule_cpu());
	}
}
