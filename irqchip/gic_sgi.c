/* SPDX-License-Identifier: MIT */
#include <crosscall/errno.h>

#include "irqchip/gic_sgi.h"

#define SGI1R_TARGET_LIST UINT64_C(0xffff)
#define SGI1R_AFF1_SHIFT 16
#define SGI1R_INTID_SHIFT 24
#define SGI1R_AFF2_SHIFT 32
#define SGI1R_RS_SHIFT 44
#define SGI1R_RS (UINT64_C(0xf) << SGI1R_RS_SHIFT)
#define SGI1R_AFF3_SHIFT 48

#define SGIR_TARGETS_SHIFT 16

#define NO_CPU UINT16_MAX

_Static_assert(CROSSCALL_NR_CPUS <= NO_CPU, "a CPU number must differ from NO_CPU");

static unsigned int affinity(hwid_t mpidr, unsigned int level)
{
	return (unsigned int)(mpidr.id >> (level == 3 ? 32 : level * 8)) & 0xff;
}

static uint64_t target_of(hwid_t mpidr)
{
	unsigned int aff0 = affinity(mpidr, 0);

	return UINT64_C(1) << (aff0 % 16) | (uint64_t)affinity(mpidr, 1) << SGI1R_AFF1_SHIFT |
	       (uint64_t)affinity(mpidr, 2) << SGI1R_AFF2_SHIFT |
	       (uint64_t)(aff0 / 16) << SGI1R_RS_SHIFT |
	       (uint64_t)affinity(mpidr, 3) << SGI1R_AFF3_SHIFT;
}

static bool same_group(uint64_t a, uint64_t b)
{
	return ((a ^ b) & ~SGI1R_TARGET_LIST) == 0;
}

/* Links CPU 'cpu' behind the last one of its group. False when that affinity is there already. */
static bool add_cpu(struct gicv3_sgi_groups *groups, unsigned int cpu)
{
	unsigned int last = NO_CPU;

	for (unsigned int other = 0; other < cpu; other++) {
		if (groups->target[other] == groups->target[cpu]) {
			return false;
		}
		if (same_group(groups->target[other], groups->target[cpu])) {
			last = other;
		}
	}
	groups->next[cpu] = NO_CPU;
	if (last == NO_CPU) {
		groups->nr_groups++;
	} else {
		groups->next[last] = (uint16_t)cpu;
	}
	return true;
}

int gicv3_sgi_groups_build(struct gicv3_sgi_groups *groups, const hwid_t *mpidr,
			   unsigned int nr_cpus)
{
	if (groups == NULL || mpidr == NULL || nr_cpus == 0) {
		return -EINVAL;
	}
	if (nr_cpus > CROSSCALL_NR_CPUS) {
		return -ERANGE;
	}
	groups->nr_cpus = nr_cpus;
	groups->nr_groups = 0;
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		groups->target[cpu] = target_of(mpidr[cpu]);
		if (!add_cpu(groups, cpu)) {
			return -EINVAL;
		}
	}
	return 0;
}

static uint64_t sgi1r(uint64_t targets, unsigned int sgi)
{
	return targets | (uint64_t)(sgi % GIC_NR_SGIS) << SGI1R_INTID_SHIFT;
}

uint64_t gicv3_sgi_single(const struct gicv3_sgi_groups *groups, unsigned int sgi, unsigned int cpu)
{
	return sgi1r(groups->target[cpu], sgi);
}

unsigned int gicv3_sgi_next(const struct gicv3_sgi_groups *groups, unsigned int sgi,
			    struct cpumask *left, uint64_t *value)
{
	unsigned int cpu = cpumask_next_below(0, groups->nr_cpus, left);
	unsigned int nr = 1;

	if (cpu == groups->nr_cpus) {
		cpumask_clear(left);
		return 0;
	}
	/* The group of the lowest CPU left: its members below that one are not in *left. */
	uint64_t list = groups->target[cpu];

	cpumask_clear_cpu(cpu, left);
	for (cpu = groups->next[cpu]; cpu != NO_CPU; cpu = groups->next[cpu]) {
		if (cpumask_test_cpu(cpu, left)) {
			list |= groups->target[cpu];
			cpumask_clear_cpu(cpu, left);
			nr++;
		}
	}
	*value = sgi1r(list, sgi);
	return nr;
}

bool gicv3_sgi_needs_range(const struct gicv3_sgi_groups *groups, unsigned int cpu)
{
	return cpu < groups->nr_cpus && (groups->target[cpu] & SGI1R_RS) != 0;
}

static uint32_t sgir(uint32_t list, unsigned int sgi)
{
	return list << SGIR_TARGETS_SHIFT | sgi % GIC_NR_SGIS;
}

uint32_t gicv2_sgir_single(uint8_t bit, unsigned int sgi)
{
	return sgir(bit, sgi);
}

uint32_t gicv2_sgir(const uint8_t target[GICV2_MAX_CPUS], unsigned int sgi,
		    const struct cpumask *mask, struct cpumask *unreached)
{
	uint32_t list = 0;
	unsigned int cpu;

	for_each_cpu(cpu, mask) {
		if (cpu < GICV2_MAX_CPUS && target[cpu] != 0) {
			list |= target[cpu];
		} else {
			cpumask_set_cpu(cpu, unreached);
		}
	}
	return sgir(list, sgi);
}
