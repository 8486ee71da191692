/* SPDX-License-Identifier: MIT */
#include "tests/unit/gicv3_machine.h"

const struct doorbell *machine_doorbell;
unsigned int machine_handled[MACHINE_CPUS][NR_IPI];
unsigned int machine_ticks[MACHINE_CPUS];
bool machine_nmi;
unsigned int machine_nmi_handled;

static void reschedule(struct pt_regs *regs)
{
	(void)regs;
	assert_true(in_interrupt());
	machine_handled[fake_cpu][IPI_RESCHEDULE]++;
	fake_gic_event('h');
}

static void timer_kind(struct pt_regs *regs)
{
	(void)regs;
	machine_handled[fake_cpu][IPI_TIMER]++;
}

static void backtrace(struct pt_regs *regs)
{
	(void)regs;
	assert_true(in_nmi() == machine_nmi);
	machine_nmi_handled++;
	fake_gic_event('b');
}

static const struct ipi_ops ops = {.handler[IPI_RESCHEDULE] = reschedule,
				   .handler[IPI_TIMER] = timer_kind,
				   .handler[IPI_CPU_BACKTRACE] = backtrace};
static _Alignas(CROSSCALL_CACHE_LINE) unsigned char memory[CROSSCALL_MEMORY_SIZE(MACHINE_CPUS)];

static void private_irq(unsigned int intid, struct pt_regs *regs)
{
	(void)regs;
	assert_int_equal(intid, MACHINE_TIMER);
	assert_true(in_interrupt());
	machine_ticks[fake_cpu]++;
	fake_gic_event('t');
}

static struct gicv3_region region[2];
static hwid_t mpidr[MACHINE_CPUS];

static struct gicv3_config describe(bool mux)
{
	for (unsigned int i = 0; i < 2; i++) {
		region[i].base = fake_gic_rdists(i);
		region[i].size = fake_gic_rdists_size(i);
	}
	for (unsigned int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		mpidr[cpu].id = fake_gic.cpu[cpu].mpidr;
	}
	return (struct gicv3_config){
		.gic = {.dist = fake_gic_dist(),
			.mpidr = mpidr,
			.nr_cpus = MACHINE_CPUS,
			.mux = mux,
			.private_mask = 1U << MACHINE_TIMER,
			.private_irq = private_irq,
			.report = fake_gic_report},
		.region = region,
		.nr_regions = 2,
		.nmi = machine_nmi,
	};
}

int machine_init(bool mux)
{
	const struct gicv3_config config = describe(mux);

	fake_cpu = 0;
	fake_masked = true;
	memset(machine_handled, 0, sizeof(machine_handled));
	memset(machine_ticks, 0, sizeof(machine_ticks));
	return gicv3_init(&config, &machine_doorbell);
}

void machine_start(bool mux, unsigned int failing, int error)
{
	assert_int_equal(crosscall_init(MACHINE_CPUS, memory, sizeof(memory), &ops), 0);
	assert_int_equal(machine_init(mux), 0);
	assert_int_equal(set_smp_ipi_range(machine_doorbell->base_irq, machine_doorbell->nr_irqs),
			 0);
	if (machine_doorbell->nmi_irq != 0) {
		assert_int_equal(set_smp_nmi_irq(IPI_CPU_CRASH_STOP, machine_doorbell->nmi_irq), 0);
		assert_int_equal(set_smp_nmi_irq(IPI_CPU_BACKTRACE, machine_doorbell->nmi_irq + 1),
				 0);
	}
	for (fake_cpu = 0; fake_cpu < MACHINE_CPUS; fake_cpu++) {
		assert_int_equal(machine_doorbell->cpu_init(), fake_cpu == failing ? error : 0);
		if (fake_cpu != failing) {
			assert_int_equal(smp_cpu_starting(), 0);
		}
	}
	fake_cpu = 0;
	memset(fake_gic.events, 0, sizeof(fake_gic.events));
}

void machine_stop(void)
{
	for (fake_cpu = 0; fake_cpu < MACHINE_CPUS; fake_cpu++) {
		assert_int_equal(fake_gic.cpu[fake_cpu].bad_ends, 0);
		if (cpu_online(fake_cpu)) {
			assert_int_equal(smp_cpu_dying(), 0);
			machine_doorbell->cpu_exit();
			assert_int_equal(fake_gic.cpu[fake_cpu].enabled, 1U << MACHINE_TIMER);
		}
	}
	fake_cpu = 0;
	assert_int_equal(clear_smp_ipi_range(), 0);
	assert_int_equal(fake_gic.irm_writes, 0);
}

int machine_fresh(void **state)
{
	(void)state;
	fake_gic_reset(3);
	machine_nmi = false;
	machine_nmi_handled = 0;
	return 0;
}

void machine_answer(unsigned int cpu)
{
	fake_cpu = cpu;
	machine_doorbell->handle_irq(NULL);
	fake_cpu = 0;
}
