/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/spin_table.h"

#include <stdatomic.h>
#include <stddef.h>

#include <crosscall/config.h>

#include <asm/sysreg.h>

#include "kernel/arch.h"

extern char spin_table_boot[];

/* boot.S looks for the CPU that it is on: they may come in any order, and long after their turn. */
struct spinner {
	uint64_t hwid;
	struct percpu *cpu; /* null: not asked for yet */
	uint64_t *release;
	_Atomic bool parked;
};

extern struct spinner spin_table[CROSSCALL_NR_CPUS];
extern unsigned int nr_spin_table;

/* Read with the MMU on, so they need not be cleaned. */
struct spinner spin_table[CROSSCALL_NR_CPUS];
unsigned int nr_spin_table;

_Static_assert(sizeof(struct spinner) == 32 && offsetof(struct spinner, cpu) == 8,
	       "boot.S walks the array");

const char *spin_table_add(hwid_t hwid, uint64_t release)
{
	if (nr_spin_table == CROSSCALL_NR_CPUS) {
		return "too many CPUs with a spin table";
	}
	if (release % sizeof(uint64_t) != 0 || !arch_map_ram(release, sizeof(uint64_t))) {
		return "its cpu-release-addr cannot be reached";
	}
	spin_table[nr_spin_table].hwid = hwid.id;
	spin_table[nr_spin_table].release = (uint64_t *)(uintptr_t)release;
	nr_spin_table++;
	return NULL;
}

static struct spinner *find(hwid_t hwid)
{
	for (unsigned int i = 0; i < nr_spin_table; i++) {
		if (spin_table[i].hwid == hwid.id) {
			return &spin_table[i];
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
	struct spinner *spinner = find(cpu->hwid);
	volatile uint64_t *word = spinner->release;

	spinner->cpu = cpu;
	dsb(ishst);
	*word = (uint64_t)(uintptr_t)spin_table_boot;
	/* Its caches are off: the word must get to memory. */
	__asm__ volatile("dc civac, %0" : : "r"(word) : "memory");
	dsb(sy);
	__asm__ volatile("sev" : : : "memory");
}
