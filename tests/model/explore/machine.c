/* SPDX-License-Identifier: MIT */
/* The six hooks, and a machine with one SSIP-like doorbell a CPU. */
#include <string.h>

#include <asm/barrier.h>
#include <asm/sbi.h>
#include <asm/ssip.h>

#include <crosscall/crosscall.h>

#include "irqchip/sbi_ipi.h"
#include "tests/model/explore/explore.h"

struct machine_cpu {
	bool pending;  /* sip.SSIP */
	bool enabled;  /* sie.SSIE */
	bool clearing; /* the clear is in the CPU's device buffer */
	bool unmasked;
};

struct machine {
	struct machine_cpu cpu[MAX_CPUS];
	const struct doorbell *doorbell;
	unsigned int failures;
	uint64_t now;
	unsigned int booted;
	bool enabled[MAX_CPUS];
};

static struct machine *m;
static _Alignas(CROSSCALL_CACHE_LINE) char memory[CROSSCALL_MEMORY_SIZE(MAX_CPUS)];

extern const struct ipi_ops explore_ops;

void machine_init(void)
{
	m = keep(sizeof(*m));
}

static struct machine_cpu *here(void)
{
	return &m->cpu[schedule_cpu()];
}

/* ---- the hooks ---- */

unsigned int port_smp_processor_id(void)
{
	return schedule_cpu();
}

unsigned long port_local_irq_save(void)
{
	unsigned long was = here()->unmasked;

	here()->unmasked = false;
	return was;
}

void port_local_irq_restore(unsigned long state)
{
	here()->unmasked = state != 0;
	if (schedule_running()) {
		machine_deliver();
	}
}

void port_cpu_relax(void)
{
	schedule_relax();
}

uint64_t port_clock_ns(void)
{
	if (schedule_running()) {
		schedule_clock_read();
	}
	return m->now;
}

void machine_time_jumps(void)
{
	m->now += UINT64_C(1) << 40;
}

void machine_sleep(void)
{
	here()->unmasked = true;
	schedule_sleep();
	here()->unmasked = false;
}

_Noreturn void port_panic(const char *message)
{
	explore_fail(message);
	__builtin_trap();
}

/* ---- the doorbell ---- */

static void commit(struct machine_cpu *cpu)
{
	if (cpu->clearing) {
		cpu->clearing = false;
		cpu->pending = false;
		schedule_progress();
	}
}

bool machine_clear_is_buffered(void)
{
	for (unsigned int i = 0; i < MAX_CPUS; i++) {
		if (m->cpu[i].clearing) {
			return true;
		}
	}
	return false;
}

bool machine_commit_clears(void)
{
	bool any = machine_clear_is_buffered();

	for (unsigned int i = 0; i < MAX_CPUS; i++) {
		commit(&m->cpu[i]);
	}
	return any;
}

/* A CPU does not enter for a doorbell that its own, later seen, clear silences. */
bool machine_interrupt_due(unsigned int cpu)
{
	const struct machine_cpu *c = &m->cpu[cpu];

	return c->pending && !c->clearing && c->enabled && c->unmasked;
}

void machine_deliver(void)
{
	while (machine_interrupt_due(schedule_cpu())) {
		here()->unmasked = false;
		m->doorbell->handle_irq(NULL);
		here()->unmasked = true;
	}
}

void ssip_clear(void)
{
	schedule_point();
	here()->clearing = true;
}

void mb_after_pending_clear(void)
{
	schedule_point();
	commit(here());
}

void mb_before_ecall(void)
{
}

void ssip_enable(void)
{
	commit(here());
	here()->enabled = true;
}

void ssip_disable(void)
{
	here()->enabled = false;
}

int sbi_probe_extension(unsigned long ext)
{
	return ext == SBI_EXT_IPI;
}

struct sbiret sbi_ecall(unsigned long ext, unsigned long fid, unsigned long hart_mask,
			unsigned long base, unsigned long unused)
{
	(void)ext;
	(void)fid;
	(void)unused;
	schedule_point();
	if (m->failures > 0 && choose(2) == 1) {
		m->failures--;
		return (struct sbiret){.error = -1};
	}
	for (unsigned int i = 0; i < MAX_CPUS; i++) {
		if (i >= base && ((hart_mask >> (i - base)) & 1) != 0) {
			m->cpu[i].pending = true;
		}
	}
	schedule_progress();
	return (struct sbiret){.error = SBI_SUCCESS};
}

/* ---- boot ---- */

void machine_init_doorbell(void)
{
	if (m->doorbell->cpu_init() != 0) {
		explore_fail("the doorbell does not start");
	}
}

/* Brings the current CPU online. */
void machine_start_cpu(void)
{
	unsigned long state = port_local_irq_save();

	machine_init_doorbell();
	if (smp_cpu_starting() != 0) {
		explore_fail("the CPU does not start");
	}
	port_local_irq_restore(state);
}

bool machine_boot(const struct scenario *scenario)
{
	hwid_t hart[MAX_CPUS] = {{0}, {1}, {2}};

	memset(m->cpu, 0, sizeof(m->cpu));
	m->failures = 0;
	m->now = 0;
	if (crosscall_init(scenario->nr_cpus, memory, sizeof(memory), &explore_ops) != 0 ||
	    sbi_ipi_init(hart, scenario->nr_cpus, &m->doorbell) != 0 ||
	    set_smp_ipi_range(m->doorbell->base_irq, m->doorbell->nr_irqs) != 0) {
		return false;
	}
	for (unsigned int cpu = 0; cpu < scenario->nr_cpus; cpu++) {
		schedule_set_cpu(cpu);
		if ((scenario->offline >> cpu & 1) == 0) {
			machine_start_cpu();
		}
		m->enabled[cpu] = m->cpu[cpu].enabled;
	}
	schedule_set_cpu(0);
	if (scenario->setup != NULL) {
		(void)port_local_irq_save();
		scenario->setup();
	}
	return true;
}

/* No ring fails from now on. */
void machine_repair(void)
{
	m->failures = 0;
}

/* Puts the machine into the state that machine_boot() left, with interrupts enabled. */
void machine_reset(const struct scenario *scenario)
{
	m->failures = scenario->ring_failures;
	m->now = 0;
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		m->cpu[cpu] = (struct machine_cpu){.enabled = m->enabled[cpu], .unmasked = true};
	}
}
