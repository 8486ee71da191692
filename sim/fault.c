/* SPDX-License-Identifier: MIT */
/* Faults of the simulated doorbells: lost, late and repeated rings, and CPUs that cannot be rung.
 */
#include "sim/sim.h"

struct sim_faults sim_faults;

static _Atomic bool refused[CROSSCALL_NR_CPUS];
static _Atomic bool losing[CROSSCALL_NR_CPUS];
static _Atomic uint32_t late[CROSSCALL_NR_CPUS];
static _Atomic uint32_t nr_rings;

/* Every 'period'th ring; the faults take turns, so that one does not hide the other. */
static bool is_due(uint32_t nr, unsigned int period, unsigned int phase)
{
	return period != 0 && (nr + phase) % period == 0;
}

bool sim_faulty_ring(struct sim_cpu *target, uint32_t bits)
{
	/* relaxed: a serial number */
	uint32_t nr = atomic_fetch_add_explicit(&nr_rings, 1, memory_order_relaxed) + 1;

	if (atomic_load_explicit(&refused[target->nr], memory_order_relaxed)) {
		return false;
	}
	/* relaxed: takes the order to lose one ring */
	if (atomic_exchange_explicit(&losing[target->nr], false, memory_order_relaxed)) {
		return true;
	}
	if (is_due(nr, sim_faults.drop, 0)) {
		return true;
	}
	if (is_due(nr, sim_faults.repeat, 1)) {
		/* release: pairs with the acquire in sim_late_rings() */
		atomic_fetch_or_explicit(&late[target->nr], bits, memory_order_release);
	}
	if (is_due(nr, sim_faults.delay, 2)) {
		/* release: pairs with the acquire in sim_late_rings() */
		atomic_fetch_or_explicit(&late[target->nr], bits, memory_order_release);
		return true;
	}
	sim_ring(target, bits);
	return true;
}

void sim_refuse(unsigned int cpu, bool on)
{
	/* relaxed: when exactly a fault begins does not matter to anybody but its caller */
	atomic_store_explicit(&refused[cpu], on, memory_order_relaxed);
}

void sim_lose(unsigned int cpu)
{
	/* relaxed: the caller rings itself */
	atomic_store_explicit(&losing[cpu], true, memory_order_relaxed);
}

void sim_late_rings(void)
{
	for (unsigned int cpu = 0; cpu < sim_nr_cpus; cpu++) {
		/* acquire: pairs with the release in sim_faulty_ring() */
		uint32_t bits = atomic_exchange_explicit(&late[cpu], 0, memory_order_acq_rel);

		if (bits != 0) {
			sim_ring(sim_cpu_of(cpu), bits);
		}
	}
}
