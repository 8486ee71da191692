/* SPDX-License-Identifier: MIT */
/*
 * The CPU's part: delivery by priority, GICv3's system registers, barriers.
 * Events: d dsb ishst, m dmb ishst, y dsb sy, i isb, s a SGI1R write, a an IAR read, e an EOI,
 * k and u PSTATE.I set and cleared.
 */
#include "tests/unit/fake_gic.h"

static bool flag(uint32_t flags)
{
	return (flags >> fake_cpu & 1) != 0;
}

/* The most urgent that the mask lets through. */
static uint32_t best_of(const struct fake_gic_cpu *cpu, unsigned int mask)
{
	uint32_t ready = cpu->pending & cpu->enabled;
	uint32_t best = FAKE_NONE;

	for (uint32_t intid = 0; intid < 32; intid++) {
		if ((ready >> intid & 1) != 0 && cpu->priority[intid] < mask &&
		    (best == FAKE_NONE || cpu->priority[intid] < cpu->priority[best])) {
			best = intid;
		}
	}
	return best;
}

uint32_t fake_gic_take(struct fake_gic_cpu *cpu, uint8_t mask)
{
	uint32_t best = best_of(cpu, mask);

	assert_int_equal(cpu->active, FAKE_NONE); /* the last one was ended */
	if (best == FAKE_NONE) {
		return FAKE_NONE;
	}
	cpu->pending &= ~(1U << best);
	cpu->active = best;
	if (fake_gic.version == 2 && best < 16) {
		unsigned int source = 0;

		while ((cpu->from[best] >> source & 1) == 0) {
			source++;
		}
		cpu->from[best] &= (uint8_t) ~(1U << source);
		cpu->pending |= cpu->from[best] != 0 ? 1U << best : 0;
		cpu->active = best | source << 10;
	}
	return cpu->active;
}

void fake_gic_end(struct fake_gic_cpu *cpu, uint32_t iar)
{
	if (cpu->active == iar) {
		cpu->active = FAKE_NONE;
		cpu->ends++;
	} else {
		cpu->bad_ends++;
	}
}

/* By the manual's fields, not by the driver's. */
static void send_sgi1r(uint64_t value)
{
	fake_gic_event('s');
	assert_int_equal(value & UINT64_C(0xff000f00f0000000), 0); /* reserved */
	if ((value >> 40 & 1) != 0) {
		fake_gic.irm_writes++;
	}
	for (unsigned int i = 0; i < FAKE_GIC_CPUS; i++) {
		uint64_t mpidr = fake_gic.cpu[i].mpidr;
		bool same = (mpidr >> 32 & 0xff) == (value >> 48 & 0xff) &&
			    (mpidr >> 16 & 0xff) == (value >> 32 & 0xff) &&
			    (mpidr >> 8 & 0xff) == (value >> 16 & 0xff) &&
			    (mpidr >> 4 & 0xf) == (value >> 44 & 0xf);

		if (same && (value >> (mpidr & 0xf) & 1) != 0) {
			fake_gic.cpu[i].pending |= 1U << (value >> 24 & 0xf);
		}
	}
}

uint64_t read_sysreg(enum sysreg reg)
{
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	switch (reg) {
	case ID_AA64PFR0_EL1:
		return flag(fake_gic.no_sysregs) ? 0x11 : 0x01000011;
	case ICC_SRE_EL1:
		return flag(fake_gic.sre_stuck) ? 0 : cpu->sysreg[reg];
	case ISR_EL1:
		return best_of(cpu, (unsigned int)cpu->sysreg[ICC_PMR_EL1] + fake_gic.mask_shift) ==
				       FAKE_NONE
			       ? 0
			       : 1U << 7;
	case ICC_CTLR_EL1:
		return cpu->sysreg[reg] | (fake_gic.pmhe_stuck ? 1U << 6 : 0) |
		       (flag(fake_gic.no_range) ? 0 : 1U << 18) | 6U << 8;
	case ICC_IAR1_EL1:
		fake_gic_event('a');
		assert_true(cpu->awake);
		return (cpu->sysreg[ICC_IGRPEN1_EL1] & cpu->sysreg[ICC_SRE_EL1] & 1) != 0
			       ? fake_gic_take(cpu, (uint8_t)cpu->sysreg[ICC_PMR_EL1])
			       : FAKE_NONE;
	default:
		return cpu->sysreg[reg];
	}
}

void write_sysreg(uint64_t value, enum sysreg reg)
{
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	if (reg == ICC_SGI1R_EL1) {
		send_sgi1r(value);
	} else if (reg == ICC_EOIR1_EL1) {
		fake_gic_event('e');
		fake_gic_end(cpu, (uint32_t)value);
	} else if (reg != ICC_PMR_EL1 || !fake_gic.mask_stuck) {
		cpu->sysreg[reg] = value;
	}
}

void fake_daif(bool masked)
{
	fake_gic_event(masked ? 'k' : 'u');
	fake_gic.cpu[fake_cpu].masked = masked;
}

void fake_barrier(const char *barrier)
{
	static const struct {
		const char *name;
		char event;
	} known[] = {{"dsb ishst", 'd'}, {"dmb ishst", 'm'}, {"dsb sy", 'y'}, {"isb", 'i'}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, barrier) == 0) {
			fake_gic_event(known[i].event);
			return;
		}
	}
	fail_msg("unknown barrier: %s", barrier);
}
