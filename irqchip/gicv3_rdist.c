/* SPDX-License-Identifier: MIT */
#include <asm/io.h>

#include <crosscall/errno.h>

#include "irqchip/gic_sgi.h"
#include "irqchip/gicv3_rdist.h"

#define FRAME 0x10000 /* bytes */

#define GICR_CTLR 0x0000
#define GICR_TYPER 0x0008 /* and the affinity in the word behind */
#define GICR_WAKER 0x0014
#define GICR_PIDR2 0xffe8

#define CTLR_RWP (UINT32_C(1) << 3)
#define TYPER_VLPIS (UINT32_C(1) << 1)
#define TYPER_LAST (UINT32_C(1) << 4)
#define WAKER_SLEEP (UINT32_C(1) << 1)
#define WAKER_ASLEEP (UINT32_C(1) << 2)

/* GICR_TYPER's upper word packs the affinity as Aff3.Aff2.Aff1.Aff0. */
static uint32_t packed_affinity(hwid_t mpidr)
{
	return (uint32_t)(mpidr.id >> 8 & 0xff000000) | (uint32_t)(mpidr.id & 0xffffff);
}

/* Which CPUs are looked for, and how many are not found yet. */
struct search {
	const hwid_t *mpidr;
	char **frame;
	unsigned int nr;
	unsigned int missing;
};

static void match(struct search *search, uint32_t affinity, char *frame)
{
	for (unsigned int cpu = 0; cpu < search->nr; cpu++) {
		if (search->frame[cpu] == NULL && packed_affinity(search->mpidr[cpu]) == affinity) {
			search->frame[cpu] = frame;
			search->missing--;
			return;
		}
	}
}

/* GICv4 has two more frames, for virtual LPIs. */
static size_t size_of(size_t stride, uint32_t typer)
{
	if (stride != 0) {
		return stride;
	}
	return (typer & TYPER_VLPIS) != 0 ? 4 * FRAME : 2 * FRAME;
}

static void walk(const struct gicv3_region *region, size_t stride, struct search *search)
{
	size_t offset = 0;

	while (search->missing != 0 && region->size >= 2 * FRAME &&
	       offset <= region->size - 2 * FRAME) {
		char *frame = (char *)region->base + offset;
		uint32_t typer = read32_relaxed(frame + GICR_TYPER);

		if (!gicv3_version_known(read32_relaxed(frame + GICR_PIDR2))) {
			gic_report("gicv3: a redistributor region holds something else "
				   "(GICR_PIDR2)");
			return;
		}
		match(search, read32_relaxed(frame + GICR_TYPER + 4), frame);
		if ((typer & TYPER_LAST) != 0) {
			return;
		}
		offset += size_of(stride, typer);
	}
}

void gicv3_rdist_locate(const struct gicv3_config *config, char **frame)
{
	const struct gic_config *gic = &config->gic;
	struct search search = {
		.mpidr = gic->mpidr, .frame = frame, .nr = gic->nr_cpus, .missing = gic->nr_cpus};

	for (unsigned int cpu = 0; cpu < gic->nr_cpus; cpu++) {
		frame[cpu] = NULL;
	}
	for (unsigned int i = 0; i < config->nr_regions; i++) {
		walk(&config->region[i], config->stride, &search);
	}
}

static int wake(char *frame)
{
	char *waker = frame + GICR_WAKER;

	write32_relaxed(waker, read32_relaxed(waker) & ~WAKER_SLEEP);
	if (!gic_poll(waker, WAKER_ASLEEP, 0)) {
		gic_report("gicv3: this CPU's redistributor does not wake up (GICR_WAKER)");
		return -ETIMEDOUT;
	}
	return 0;
}

static int settle(char *frame)
{
	if (!gic_poll(frame + GICR_CTLR, CTLR_RWP, 0)) {
		gic_report("gicv3: this CPU's redistributor does not take its settings "
			   "(GICR_CTLR.RWP stays set)");
		return -ETIMEDOUT;
	}
	return 0;
}

int gicv3_rdist_init(char *frame, uint32_t igroup)
{
	if (frame == NULL) {
		gic_report("gicv3: no redistributor has this CPU's affinity");
		return -ENXIO;
	}
	int err = wake(frame);

	if (err != 0) {
		return err;
	}
	gic_private_init(frame + FRAME, igroup);
	return settle(frame);
}

unsigned int gicv3_rdist_owned_sgis(char *frame)
{
	return gic_owned_sgis(frame + FRAME);
}

void gicv3_rdist_mask(char *frame, uint32_t intids)
{
	write32_relaxed(frame + FRAME + GIC_ICENABLER0, intids);
	(void)settle(frame);
}

void gicv3_rdist_unmask(char *frame, uint32_t intids)
{
	write32_relaxed(frame + FRAME + GIC_ISENABLER0, intids);
}

void gicv3_rdist_set_priority(char *frame, unsigned int intid, uint8_t priority)
{
	write8_relaxed(frame + FRAME + GIC_IPRIORITYR + intid, priority);
}

void gicv3_rdist_pend(char *frame, uint32_t intids)
{
	write32_relaxed(frame + FRAME + GIC_ISPENDR0, intids);
}

void gicv3_rdist_unpend(char *frame, uint32_t intids)
{
	write32_relaxed(frame + FRAME + GIC_ICPENDR0, intids);
}
