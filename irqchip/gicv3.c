/* SPDX-License-Identifier: MIT */
#include <asm/io.h>
#include <asm/sysreg.h>

#include <crosscall/errno.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>

#include "irqchip/gic_sgi.h"
#include "irqchip/gicv3.h"
#include "irqchip/gicv3_nmi.h"
#include "irqchip/gicv3_rdist.h"

#define GICD_PIDR2 0xffe8
#define PIDR2_ARCH(pidr2) ((pidr2) >> 4 & 0xf)

/* The non-secure view; where there is one security state, bit 1 is EnableGrp1. */
#define CTLR_ENABLE_G1 (UINT32_C(1) << 0)
#define CTLR_ENABLE_G1A (UINT32_C(1) << 1)
#define CTLR_ARE_NS (UINT32_C(1) << 4)
#define CTLR_RWP (UINT32_C(1) << 31)
#define TYPER_RSS (UINT32_C(1) << 26)

#define ICC_SRE_SRE UINT64_C(1)
#define ICC_CTLR_EOIMODE (UINT64_C(1) << 1)
#define ICC_CTLR_PMHE (UINT64_C(1) << 6) /* needs a dsb after each write of the mask */
#define ICC_CTLR_PRI_BITS(ctlr) ((unsigned int)((ctlr) >> 8) & 7)
#define ICC_CTLR_RSS (UINT64_C(1) << 18)
#define PFR0_GIC(pfr0) ((pfr0) >> 24 & 0xf)
#define IAR_INTID_MASK UINT64_C(0xffffff)
#define ALL_SGIS UINT32_C(0xffff)
#define ALL_GROUP1 (~UINT32_C(0))

static struct gicv3_sgi_groups groups;
static char *rdist[CROSSCALL_NR_CPUS]; /* per CPU; written before the others run */
static struct cpumask reachable;       /* has a redistributor, and SGI1R can name it */
static bool range_needed;	       /* some CPU's Aff0 is above 15 */
static bool dist_has_range;

static char *dist(unsigned int offset)
{
	return (char *)gic_config()->dist + offset;
}

/* Rule R1: a dsb, because a dmb does not order a system-register write. */
static void before_rings(void)
{
	dsb(ishst); /* pairs with the dsb after the target's ICC_IAR1_EL1 */
}

static void after_rings(unsigned long writes)
{
	isb(); /* the writes happen now, not when the pipeline gets to them */
	gic_count_rings(writes);
}

static bool gicv3_ring_single(unsigned int sgi, unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, &reachable)) {
		return false;
	}
	before_rings();
	write_sysreg(gicv3_sgi_single(&groups, sgi, cpu), ICC_SGI1R_EL1);
	after_rings(1);
	return true;
}

static unsigned int gicv3_ring(unsigned int sgi, const struct cpumask *mask,
			       struct cpumask *unreached)
{
	struct cpumask left;
	unsigned int rung = 0;
	unsigned int nr;
	unsigned long writes = 0;
	uint64_t value;

	cpumask_and(&left, mask, &reachable);
	if (!cpumask_equal(&left, mask)) {
		cpumask_andnot(unreached, mask, &reachable);
	}
	before_rings();
	while ((nr = gicv3_sgi_next(&groups, sgi, &left, &value)) != 0) {
		write_sysreg(value, ICC_SGI1R_EL1);
		rung += nr;
		writes++;
	}
	after_rings(writes);
	return rung;
}

static void gicv3_handle_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);
	uint32_t intid = (uint32_t)(read_sysreg(ICC_IAR1_EL1) & IAR_INTID_MASK);

	dsb(sy); /* the acknowledgement is done before what the sender stored is read: rule R2 */
	if (intid < GIC_NR_SGIS) {
		/* Ended early: a ring from here on is another entry. */
		write_sysreg(intid, ICC_EOIR1_EL1);
		gicv3_nmi_begin(intid);
		gic_ipi_dispatch(intid);
		gicv3_nmi_end(intid);
	} else if (gic_intid_is_special(intid)) {
		gic_spurious();
	} else {
		/* A level: ended after its handler has quieted it. */
		gicv3_nmi_begin(intid);
		gic_private_dispatch(intid, regs);
		gicv3_nmi_end(intid);
		write_sysreg(intid, ICC_EOIR1_EL1);
	}
	irq_exit(outer);
}

/*
 * The range selector: the distributor must know it for the sake of the CPU that is rung, and this
 * CPU for all that it may ring.
 */
static int check_range(unsigned int cpu)
{
	if (!range_needed) {
		return 0;
	}
	if (gicv3_sgi_needs_range(&groups, cpu) && !dist_has_range) {
		gic_report(
			"gicv3: this CPU's Aff0 is above 15, and GICD_TYPER.RSS denies the range "
			"selector that it needs");
		return -EOPNOTSUPP;
	}
	if (dist_has_range && (read_sysreg(ICC_CTLR_EL1) & ICC_CTLR_RSS) == 0) {
		gic_report("gicv3: some CPU's Aff0 is above 15, and this one's ICC_CTLR_EL1.RSS "
			   "denies the range selector to reach it");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int enable_system_registers(void)
{
	if (PFR0_GIC(read_sysreg(ID_AA64PFR0_EL1)) == 0) {
		gic_report("gicv3: this CPU has no system-register interface (ID_AA64PFR0_EL1)");
		return -EOPNOTSUPP;
	}
	write_sysreg(read_sysreg(ICC_SRE_EL1) | ICC_SRE_SRE, ICC_SRE_EL1);
	isb();
	if ((read_sysreg(ICC_SRE_EL1) & ICC_SRE_SRE) == 0) {
		gic_report("gicv3: ICC_SRE_EL1.SRE does not stick: a higher exception level keeps "
			   "the system-register interface");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What an earlier life of this CPU left active would hold back everything of that priority. */
static void drop_active_priorities(void)
{
	unsigned int bits = ICC_CTLR_PRI_BITS(read_sysreg(ICC_CTLR_EL1)) + 1;

	write_sysreg(0, ICC_AP1R0_EL1);
	if (bits > 5) {
		write_sysreg(0, ICC_AP1R1_EL1);
	}
	if (bits > 6) {
		write_sysreg(0, ICC_AP1R2_EL1);
		write_sysreg(0, ICC_AP1R3_EL1);
	}
	isb();
}

static void enable_cpu_interface(void)
{
	drop_active_priorities();
	write_sysreg(read_sysreg(ICC_CTLR_EL1) & ~(ICC_CTLR_EOIMODE | ICC_CTLR_PMHE), ICC_CTLR_EL1);
	write_sysreg(0, ICC_BPR1_EL1);
	gicv3_nmi_open_mask();
	write_sysreg(1, ICC_IGRPEN1_EL1);
	isb();
}

/* All but the SGIs. System registers are enabled. */
static int init_this_cpu(char *frame)
{
	int err = gicv3_rdist_init(frame, ALL_GROUP1);

	if (err != 0) {
		return err;
	}
	enable_cpu_interface();
	gicv3_nmi_init(frame);
	gicv3_rdist_unmask(frame, gic_config()->private_mask);
	return 0;
}

static int gicv3_cpu_init(void)
{
	unsigned int cpu = port_smp_processor_id();
	int err = enable_system_registers();

	if (err == 0) {
		err = check_range(cpu);
	}
	if (err == 0) {
		err = init_this_cpu(rdist[cpu]);
	}
	if (err == 0) {
		gic_ipi_cpu_init();
	}
	return err;
}

/* Only the SGIs: the kernel's own interrupts still reach a CPU that is offline. */
static void gicv3_cpu_exit(void)
{
	gicv3_rdist_mask(rdist[port_smp_processor_id()], ALL_SGIS);
}

static void gicv3_mask(unsigned int sgi)
{
	gicv3_rdist_mask(rdist[port_smp_processor_id()], UINT32_C(1) << sgi);
}

static void gicv3_unmask(unsigned int sgi)
{
	gicv3_rdist_unmask(rdist[port_smp_processor_id()], UINT32_C(1) << sgi);
}

static const struct gic_sgi_ops gicv3_ops = {
	.mask = gicv3_mask,
	.unmask = gicv3_unmask,
	.ring = gicv3_ring,
	.ring_single = gicv3_ring_single,
};

static struct doorbell gicv3 = {
	.cpu_init = gicv3_cpu_init,
	.cpu_exit = gicv3_cpu_exit,
	.handle_irq = gicv3_handle_irq,
	.rings = gic_rings,
};

bool gicv3_version_known(uint32_t pidr2)
{
	return PIDR2_ARCH(pidr2) == 3 || PIDR2_ARCH(pidr2) == 4;
}

static int set_dist_ctlr(uint32_t value)
{
	write32_relaxed(dist(GICD_CTLR), value);
	if (!gic_poll(dist(GICD_CTLR), CTLR_RWP, 0)) {
		gic_report("gicv3: the distributor does not take its settings "
			   "(GICD_CTLR.RWP stays set)");
		return -ETIMEDOUT;
	}
	return 0;
}

/*
 * Affinity routing must be on before a group is, and where it is on it may not be turned off: both
 * are unpredictable. So the first write only turns the groups off.
 */
static int dist_init(void)
{
	int err = set_dist_ctlr(read32_relaxed(dist(GICD_CTLR)) & CTLR_ARE_NS);

	if (err == 0) {
		err = set_dist_ctlr(CTLR_ARE_NS);
	}
	if (err == 0) {
		gic_spi_init(dist(0), ALL_GROUP1);
		err = set_dist_ctlr(CTLR_ARE_NS | CTLR_ENABLE_G1A | CTLR_ENABLE_G1);
	}
	return err;
}

static void find_reachable(void)
{
	dist_has_range = (read32_relaxed(dist(GICD_TYPER)) & TYPER_RSS) != 0;
	range_needed = false;
	cpumask_clear(&reachable);
	for (unsigned int cpu = 0; cpu < groups.nr_cpus; cpu++) {
		bool range = gicv3_sgi_needs_range(&groups, cpu);

		range_needed = range_needed || range;
		if (rdist[cpu] != NULL && (!range || dist_has_range)) {
			cpumask_set_cpu(cpu, &reachable);
		}
	}
}

/* All that can be known before the redistributors are. */
static int init_distributor(const struct gicv3_config *config)
{
	int err = enable_system_registers();

	if (err != 0) {
		return err;
	}
	if (!gicv3_version_known(read32_relaxed(dist(GICD_PIDR2)))) {
		gic_report("gicv3: GICD_PIDR2 names a GIC version other than 3 and 4");
		return -EOPNOTSUPP;
	}
	err = gicv3_sgi_groups_build(&groups, config->gic.mpidr, config->gic.nr_cpus);
	return err == 0 ? dist_init() : err;
}

int gicv3_init(const struct gicv3_config *config, const struct doorbell **out)
{
	if (config == NULL || out == NULL || config->region == NULL || config->nr_regions == 0) {
		return -EINVAL;
	}
	int err = gic_common_init(&config->gic);

	if (err == 0) {
		err = init_distributor(config);
	}
	if (err != 0) {
		return err;
	}
	gicv3_rdist_locate(config, rdist);
	find_reachable();
	char *frame = rdist[port_smp_processor_id()];

	gicv3_nmi_use(false);
	err = init_this_cpu(frame);
	if (err == 0) {
		gicv3.nmi = config->nmi && gicv3_nmi_works(frame);
		gicv3_nmi_use(gicv3.nmi);
		err = gic_ipi_create(&gicv3_ops, gicv3_rdist_owned_sgis(frame), &gicv3);
	}
	if (err == 0) {
		gicv3.name = config->gic.mux ? "gicv3-mux" : "gicv3";
		gicv3.nmi_irq = gicv3.nmi ? gic_ipi_nmi_irq() : 0;
		*out = &gicv3;
	}
	return err;
}

unsigned int gicv3_groups(void)
{
	return groups.nr_groups;
}
