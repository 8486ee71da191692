/* SPDX-License-Identifier: MIT */
#include "kernel/aarch64/gic.h"

#include <string.h>

#include <crosscall/errno.h>

#include <asm/irqflags.h>
#include <asm/sysreg.h>

#include "irqchip/gicv2.h"
#include "irqchip/gicv3.h"
#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/params.h"

_Static_assert(PMR_OPEN == GIC_PRIORITY_OPEN && PMR_MASKED == GIC_PRIORITY_MASKED,
	       "asm/irqflags.h masks by other priorities than the driver's");

#define MAX_REGIONS 32

#define INTERRUPT_PRIVATE 1 /* the first cell of an interrupt: a PPI */
#define FIRST_PPI 16
#define LAST_PPI 31

bool irq_priority_masking;

static unsigned int timer_intid;

static struct gicv3_region regions[MAX_REGIONS];
static struct gicv3_config v3;
static struct gicv2_config v2;

/* Why there is none of the kind; null when there is. */
static const char *v3_missing = "the device tree has no arm,gic-v3";
static const char *v2_missing = "the device tree has no GICv2";

void gic_set_timer(unsigned int intid)
{
	timer_intid = intid;
}

static unsigned int named_index(const struct dt *dt, int node, const char *name, unsigned int index)
{
	struct dt_prop names;
	unsigned int found = 0;

	if (!dt_get(dt, node, "interrupt-names", &names)) {
		return index;
	}
	for (uint32_t at = 0; at < names.len; found++) {
		const char *entry = (const char *)names.data + at;
		size_t len = strnlen(entry, names.len - at);

		if (len == strlen(name) && memcmp(entry, name, len) == 0) {
			return found;
		}
		at += (uint32_t)len + 1;
	}
	return ~0U;
}

static const char *const v2_compatible[] = {"arm,gic-400", "arm,cortex-a15-gic",
					    "arm,cortex-a9-gic", "arm,cortex-a7-gic"};

static int find_v2(const struct dt *dt)
{
	int node = DT_NONE;

	for (size_t i = 0; node == DT_NONE && i < sizeof(v2_compatible) / sizeof(char *); i++) {
		node = dt_find_compatible(dt, DT_NONE, v2_compatible[i]);
	}
	return node;
}

/* The one whose cells the other nodes' interrupts are made of. */
static int find_any(const struct dt *dt)
{
	int node = dt_find_compatible(dt, DT_NONE, "arm,gic-v3");

	return node != DT_NONE ? node : find_v2(dt);
}

bool gic_in_tree(const struct dt *dt)
{
	return find_any(dt) != DT_NONE;
}

/* Each interrupt has as many cells as its controller says: 3, or 4 with a partition. */
bool gic_private_interrupt(const struct dt *dt, int node, const char *name, unsigned int index,
			   unsigned int *intid)
{
	struct dt_prop interrupts;
	uint64_t cells;
	uint64_t kind;
	uint64_t number;

	index = named_index(dt, node, name, index);
	if (!dt_u64(dt, find_any(dt), "#interrupt-cells", &cells) || cells < 3 || cells > 4 ||
	    index == ~0U || !dt_get(dt, node, "interrupts", &interrupts) ||
	    !dt_cells(&interrupts, (uint32_t)(index * cells), 1, &kind) ||
	    !dt_cells(&interrupts, (uint32_t)(index * cells) + 1, 1, &number) ||
	    kind != INTERRUPT_PRIVATE || number > LAST_PPI - FIRST_PPI) {
		return false;
	}
	*intid = (unsigned int)number + FIRST_PPI;
	return true;
}

static void report(const char *line)
{
	printk("cpu with %s %lx: %s\n", arch_hwid_name,
	       (unsigned long)arch_cpu_hwid(read_sysreg(mpidr_el1)).id, line);
}

static void timer_irq(unsigned int intid, struct pt_regs *regs)
{
	(void)intid;
	timer_interrupt(regs);
}

static struct gic_config facts(void *dist)
{
	return (struct gic_config){
		.dist = dist,
		.private_mask = UINT32_C(1) << timer_intid,
		.private_irq = timer_irq,
		.report = report,
	};
}

/* Entry 'index' of the node's reg, mapped; null when there is none. */
static void *map_reg(const struct dt *dt, int node, uint32_t index, size_t *size)
{
	uint64_t address;
	uint64_t length;

	if (!dt_reg(dt, node, index, &address, &length) || length == 0) {
		return NULL;
	}
	*size = length;
	return arch_map_io(address, length);
}

/* reg is the distributor, then the redistributor regions. */
static const char *take_v3(const struct dt *dt, int node)
{
	uint64_t nr = 1;
	uint64_t stride = 0;
	size_t size;
	void *dist = map_reg(dt, node, 0, &size);

	(void)dt_u64(dt, node, "#redistributor-regions", &nr);
	(void)dt_u64(dt, node, "redistributor-stride", &stride);
	if (dist == NULL) {
		return "the device tree gives it no distributor that can be mapped";
	}
	if (nr == 0 || nr > MAX_REGIONS) {
		return "the device tree gives it no redistributors, or too many regions of them";
	}
	for (unsigned int i = 0; i < nr; i++) {
		regions[i].base = map_reg(dt, node, i + 1, &regions[i].size);
		if (regions[i].base == NULL) {
			return "the device tree gives it a redistributor region that cannot be "
			       "mapped";
		}
	}
	v3 = (struct gicv3_config){.gic = facts(dist),
				   .region = regions,
				   .nr_regions = (unsigned int)nr,
				   .stride = stride};
	return NULL;
}

static const char *take_v2(const struct dt *dt, int node)
{
	size_t size;
	void *dist = map_reg(dt, node, 0, &size);
	void *cpu_interface = map_reg(dt, node, 1, &size);

	if (dist == NULL || cpu_interface == NULL) {
		return "the device tree gives it no registers that can be mapped";
	}
	v2 = (struct gicv2_config){.gic = facts(dist), .cpu_interface = cpu_interface};
	return NULL;
}

void gic_find(const struct dt *dt)
{
	int node = dt_find_compatible(dt, DT_NONE, "arm,gic-v3");

	if (node != DT_NONE) {
		v3_missing = take_v3(dt, node);
	}
	node = find_v2(dt);
	if (node != DT_NONE) {
		v2_missing = take_v2(dt, node);
	}
}

/* --- The doorbells ---------------------------------------------------------------------------- */

static void take_cpus(struct gic_config *gic, bool mux, const hwid_t *hwid, unsigned int nr_cpus)
{
	gic->mux = mux;
	gic->mpidr = hwid;
	gic->nr_cpus = nr_cpus;
}

/*
 * Where the secure world keeps some SGIs, as many firmwares keep 8 to 15, not every kind has one of
 * its own: then the mux is the better choice, and the next that "auto" tries.
 */
static const char *judge(int error, const struct doorbell *doorbell)
{
	switch (error) {
	case 0:
		return doorbell->nr_irqs > IPI_CPU_BACKTRACE ? NULL
							     : "too few SGIs are the kernel's";
	case -ENXIO:
	case -EOPNOTSUPP:
	case -ETIMEDOUT:
		return "it cannot be used, see above";
	case -EINVAL:
		return "these hardware ids cannot be addressed";
	default:
		return "no room for its interrupts";
	}
}

static const char *probe_v3(bool mux, const hwid_t *hwid, unsigned int nr_cpus,
			    struct doorbell_probe *found)
{
	if (v3_missing != NULL) {
		return v3_missing;
	}
	take_cpus(&v3.gic, mux, hwid, nr_cpus);
	v3.nmi = params.nmi;
	int error = gicv3_init(&v3, &found->doorbell);

	irq_priority_masking = error == 0 && found->doorbell->nmi;
	found->no_nmi = params.nmi ? "the GIC's priority mask does not work" : "nmi=off";

	found->broadcast_rings = gicv3_groups();
	return judge(error, found->doorbell);
}

static const char *probe_v2(bool mux, const hwid_t *hwid, unsigned int nr_cpus,
			    struct doorbell_probe *found)
{
	if (v2_missing != NULL) {
		return v2_missing;
	}
	take_cpus(&v2.gic, mux, hwid, nr_cpus);
	int error = gicv2_init(&v2, &found->doorbell);

	found->no_nmi = "a GICv2's priority mask is a device register, too slow to mask by";
	found->broadcast_rings = 1;
	return judge(error, found->doorbell);
}

static const char *probe_gicv3(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
			       struct doorbell_probe *found)
{
	(void)dt;
	return probe_v3(false, hwid, nr_cpus, found);
}

static const char *probe_gicv3_mux(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
				   struct doorbell_probe *found)
{
	(void)dt;
	return probe_v3(true, hwid, nr_cpus, found);
}

static const char *probe_gicv2(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
			       struct doorbell_probe *found)
{
	(void)dt;
	return probe_v2(false, hwid, nr_cpus, found);
}

static const char *probe_gicv2_mux(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
				   struct doorbell_probe *found)
{
	(void)dt;
	return probe_v2(true, hwid, nr_cpus, found);
}

const struct doorbell_driver arch_doorbells[] = {
	{.name = "gicv3", .probe = probe_gicv3},
	{.name = "gicv3-mux", .probe = probe_gicv3_mux},
	{.name = "gicv2", .probe = probe_gicv2},
	{.name = "gicv2-mux", .probe = probe_gicv2_mux},
};
const unsigned int arch_nr_doorbells = sizeof(arch_doorbells) / sizeof(arch_doorbells[0]);
