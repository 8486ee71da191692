/* SPDX-License-Identifier: MIT */
#include <asm/barrier.h>
#include <asm/sbi.h>
#include <asm/ssip.h>

#include <crosscall/errno.h>
#include <crosscall/ipi.h>
#include <crosscall/ipi_mux.h>
#include <crosscall/irq_context.h>
#include <crosscall/port.h>

#include "irqchip/sbi_ipi.h"
#include "irqchip/sbi_window.h"

/* Written by its own CPU only; relaxed, because a count orders nothing. */
struct sbi_ipi_cpu {
	_Alignas(CROSSCALL_CACHE_LINE) _Atomic unsigned long calls;
	_Atomic unsigned long retries;
};

static struct sbi_ipi_cpu sbi_cpu[CROSSCALL_NR_CPUS];
static struct sbi_windows windows;
static struct ipi_mux mux;

static void count(_Atomic unsigned long *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static bool firmware_send(unsigned long base, unsigned long hart_mask)
{
	count(&sbi_cpu[port_smp_processor_id()].calls);
	return sbi_ecall(SBI_EXT_IPI, SBI_IPI_SEND_IPI, hart_mask, base, 0).error == SBI_SUCCESS;
}

static bool ring_hart(unsigned int cpu)
{
	return firmware_send(windows.base[windows.window[cpu]] + windows.bit[cpu], 1);
}

/*
 * The firmware refused a window: it may have reached none, some or all of its harts. Rings each
 * by itself, so that one bad hart costs the others nothing; receivers tolerate a second ring.
 */
static void retry_one_by_one(const struct cpumask *taken, struct cpumask *unreached)
{
	unsigned int cpu;

	count(&sbi_cpu[port_smp_processor_id()].retries);
	for_each_cpu(cpu, taken) {
		if (!ring_hart(cpu)) {
			cpumask_set_cpu(cpu, unreached);
		}
	}
}

static int sbi_ipi_send_single(void *data, unsigned int cpu)
{
	(void)data;
	mb_before_ecall(); /* rule 3: pairs with mb_after_pending_clear() on the target */
	return cpu < windows.nr_cpus && ring_hart(cpu) ? 0 : -EIO;
}

static int sbi_ipi_send_mask(void *data, const struct cpumask *mask, struct cpumask *unreached)
{
	struct cpumask left = *mask;
	struct cpumask taken;
	unsigned long base;
	unsigned long hart_mask;
	unsigned int cpu;

	(void)data;
	for (cpu = cpumask_next_from(windows.nr_cpus, mask); cpu < CROSSCALL_NR_CPUS;
	     cpu = cpumask_next(cpu, mask)) {
		cpumask_set_cpu(cpu, unreached); /* in no window */
	}
	mb_before_ecall(); /* rule 3: pairs with mb_after_pending_clear() on the target */
	while (sbi_windows_next(&windows, &left, &base, &hart_mask, &taken)) {
		if (!firmware_send(base, hart_mask)) {
			retry_one_by_one(&taken, unreached);
		}
	}
	return cpumask_empty(unreached) ? 0 : -EIO;
}

static void sbi_ipi_handle_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_enter(regs);

	/* Rule 4. Clear first, take after: a ring between the two then causes another entry. */
	ssip_clear();
	mb_after_pending_clear();
	ipi_mux_process(&mux);
	irq_exit(outer);
}

/*
 * SSIP stays as it is: one that is left over costs an entry for nothing, but the ring of a word
 * that is pending already must not be lost, since nobody would ring again.
 */
static int sbi_ipi_cpu_init(void)
{
	if (port_smp_processor_id() >= windows.nr_cpus) {
		return -ENXIO;
	}
	ssip_enable();
	return 0;
}

static void sbi_ipi_cpu_exit(void)
{
	ssip_disable();
}

static uint64_t sbi_ipi_rings(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS
		       ? atomic_load_explicit(&sbi_cpu[cpu].calls, memory_order_relaxed)
		       : 0;
}

uint64_t sbi_ipi_retries(unsigned int cpu)
{
	return cpu < CROSSCALL_NR_CPUS
		       ? atomic_load_explicit(&sbi_cpu[cpu].retries, memory_order_relaxed)
		       : 0;
}

static struct doorbell sbi_ipi = {
	.name = "sbi-ipi",
	.nr_irqs = NR_IPI,
	.cpu_init = sbi_ipi_cpu_init,
	.cpu_exit = sbi_ipi_cpu_exit,
	.handle_irq = sbi_ipi_handle_irq,
	.rings = sbi_ipi_rings,
};

int sbi_ipi_init(const hwid_t *hart, unsigned int nr_cpus, const struct doorbell **out)
{
	int err = out == NULL ? -EINVAL : sbi_windows_check(hart, nr_cpus);

	if (err != 0) {
		return err;
	}
	if (!sbi_probe_extension(SBI_EXT_IPI)) {
		return -EOPNOTSUPP;
	}
	/* Starting over: -EINVAL only says that there was no mux yet. */
	if (ipi_mux_destroy(&mux) == -EBUSY) {
		return -EBUSY; /* and the windows that are in use stay */
	}
	err = sbi_windows_build(&windows, hart, nr_cpus);
	if (err != 0) {
		return err;
	}
	int base = ipi_mux_create(&mux, NR_IPI, sbi_ipi_send_mask, NULL);

	if (base < 0) {
		return base;
	}
	ipi_mux_set_send_single(&mux, sbi_ipi_send_single);
	sbi_ipi.base_irq = (unsigned int)base;
	*out = &sbi_ipi;
	return 0;
}

unsigned int sbi_ipi_windows(void)
{
	return windows.nr_windows;
}
