/* SPDX-License-Identifier: MIT */
#include "irqchip/gicv3_nmi.h"

#include <asm/io.h>
#include <asm/sysreg.h>

#include <crosscall/ipi.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>

#include "irqchip/gic_common.h"
#include "irqchip/gic_sgi.h"
#include "irqchip/gicv3_rdist.h"

#define ISR_I (UINT64_C(1) << 7) /* an interrupt is pending that the priority mask lets through */
#define CTLR_PMHE (UINT64_C(1) << 6)
#define TEST_SGI 0 /* one that is not NMI-like in either mode */

static bool used;

void gicv3_nmi_use(bool on)
{
	used = on;
}

static uint32_t nmi_sgis(void)
{
	return gic_config()->mux ? UINT32_C(3) << GIC_MUX_NMI_SGI : IPI_NMI_KINDS;
}

static bool is_nmi(unsigned int intid)
{
	return intid < GIC_NR_SGIS && (nmi_sgis() >> intid & 1) != 0;
}

static void set_priority(char *frame, uint8_t priority)
{
	for (unsigned int sgi = 0; sgi < GIC_NR_SGIS; sgi++) {
		if (is_nmi(sgi)) {
			gicv3_rdist_set_priority(frame, sgi, priority);
		}
	}
}

void gicv3_nmi_open_mask(void)
{
	if (!used || read_sysreg(ICC_PMR_EL1) != GIC_PRIORITY_MASKED) {
		write_sysreg(GIC_PRIORITY_OPEN, ICC_PMR_EL1);
	}
}

void gicv3_nmi_init(char *frame)
{
	if (used) {
		set_priority(frame, GIC_PRIORITY_NMI);
	}
}

static void set_mask(uint64_t mask)
{
	write_sysreg(mask, ICC_PMR_EL1);
	isb();
}

/* Waits until an interrupt is signalled to this CPU, or none is. */
static bool signalled(bool wanted)
{
	for (unsigned int poll = 0; poll < GIC_MAX_POLLS; poll++) {
		if (((read_sysreg(ISR_EL1) & ISR_I) != 0) == wanted) {
			return true;
		}
		port_cpu_relax();
	}
	return false;
}

static bool takes(uint64_t mask)
{
	set_mask(mask);
	return read_sysreg(ICC_PMR_EL1) == mask;
}

static const char *try_mask(char *frame)
{
	unsigned int nmi_sgi = gic_config()->mux ? GIC_MUX_NMI_SGI : IPI_CPU_BACKTRACE;

	if ((read_sysreg(ICC_CTLR_EL1) & CTLR_PMHE) != 0) {
		return "gicv3: no priority masking: ICC_CTLR_EL1.PMHE stays set";
	}
	if (!takes(GIC_PRIORITY_MASKED) || !takes(GIC_PRIORITY_OPEN)) {
		return "gicv3: no priority masking: ICC_PMR_EL1 does not take the values";
	}
	gicv3_rdist_pend(frame, UINT32_C(1) << TEST_SGI);
	if (!signalled(true)) {
		return "gicv3: no priority masking: the open mask lets nothing through";
	}
	set_mask(GIC_PRIORITY_MASKED);
	if (!signalled(false)) {
		return "gicv3: no priority masking: the mask does not hold interrupts back";
	}
	gicv3_rdist_pend(frame, UINT32_C(1) << nmi_sgi);
	return signalled(true) ? NULL
			       : "gicv3: no priority masking: the mask holds back what is above it";
}

bool gicv3_nmi_works(char *frame)
{
	uint32_t sgis = nmi_sgis() | UINT32_C(1) << TEST_SGI;

	set_priority(frame, GIC_PRIORITY_NMI);
	gicv3_rdist_unmask(frame, sgis);
	const char *why = try_mask(frame);

	gicv3_rdist_mask(frame, sgis);
	gicv3_rdist_unpend(frame, sgis);
	set_priority(frame, GIC_PRIORITY_SGI);
	set_mask(GIC_PRIORITY_OPEN);
	if (why != NULL) {
		gic_report(why);
	}
	return why == NULL;
}

void gicv3_nmi_begin(unsigned int intid)
{
	if (!used) {
		return;
	}
	if (is_nmi(intid)) {
		nmi_enter();
	} else {
		write_sysreg(GIC_PRIORITY_MASKED, ICC_PMR_EL1);
		daif_unmask_irq();
	}
}

void gicv3_nmi_end(unsigned int intid)
{
	if (!used) {
		return;
	}
	if (is_nmi(intid)) {
		nmi_exit();
	} else {
		daif_mask_irq();
	}
}
