/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/spin_table.h"

#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/config.h>

#include <asm/sysreg.h>

#include "kernel/arch.h"

extern char spin_table_boot[];

/*
 * Whom boot.S expects. Read with the MMU on, so it need not be cleaned; a CPU that comes too late
 * for its turn finds another's number there and stays away.
 */
struct {
	uint64_t hwid;
	struct percpu *cpu;
} spin_table_starting;

struct spinner {
	hwid_t hwid;
	uint64_t *release;
	_Atomic bool parked;
};

static struct spinner waiting[CROSSCALL_NR_CPUS];

static unsigned int nr_waiting;

const char *spin_table_add(hwid_t hwid, uint64_t release)
{
	if (nr_waiting == CROSSCALL_NR_CPUS) {
		return "too many CPUs with a spin table";
	}
	if (release % sizeof(uint64_t) != 0 || !arch_map_ram(release, sizeof(uint64_t))) {
		return "its cpu-release-addr cannot be reached";
	}
	waiting[nr_waiting].hwid = hwid;
	waiting[nr_waiting].release = (uint64_t *)(uintptr_t)release;
	nr_waiting++;
	return NULL;
}

static struct spinner *find(hwid_t hwid)
{
	for (unsigned int i = 0; i < nr_waiting; i++) {
		if (waiting[i].hwid.id == hwid.id) {
			return &waiting[i];
		}
	}
	return NULL;
}

bool spin_table_has(hwid_t hwid)
{
	return find(hwid) != NULL;
}

/* Release and acquire: whoever sees it parked sees all that it did before. */
void spin_table_park(hwid_t hwid)
{
	atomic_store_explicit(&find(hwid)->parked, true, memory_order_release);
}

bool spin_table_parked(hwid_t hwid)
{
	return atomic_load_explicit(&find(hwid)->parked, memory_order_acquire);
}

void spin_table_start(struct percpu *cpu)
{
	volatile uint64_t *word = find(cpu->hwid)->release;

	spin_table_starting.hwid = cpu->hwid.id;
	spin_table_starting.cpu = cpu;
	dsb(ishst);
	*word = (uint64_t)(uintptr_t)spin_table_boot;
	/* Its caches are off: the word must get to memory. */
	__asm__ volatile("dc civac, %0" : : "r"(word) : "memory");
	dsb(sy);
	__asm__ volatile("sev" : : : "memory");
}
