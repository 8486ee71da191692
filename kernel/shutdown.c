/* SPDX-License-Identifier: MIT */
#include "kernel/shutdown.h"

#include <crosscall/cpu.h>
#include <crosscall/stop.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/hotplug.h"
#include "kernel/idle.h"
#include "kernel/result.h"
#include "kernel/timer.h"

static bool is_off(void *arg)
{
	const struct percpu *cpu = arg;

	return arch_cpu_power(cpu->hwid) == CPU_POWER_OFF;
}

/* Only CPUs that ran: what became of one that never came is not this kernel's to say. */
static bool has_run(const struct percpu *cpu)
{
	return cpu != &boot_percpu &&
	       atomic_load_explicit(&cpu->state, memory_order_acquire) > CPU_ABANDONED;
}

void shutdown_others(void)
{
	struct cpumask online;
	unsigned int ran = 0;
	unsigned int off = 0;

	tick_stop();
	hotplug_begin_shutdown();
	if (smp_send_stop(patience_ns(), &online) != 0) {
		unsigned int cpu;

		for_each_cpu(cpu, &online) {
			result_check(false, "cpu %u does not stop", cpu);
		}
	}
	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		struct percpu *data = cpu_data(cpu);

		if (!has_run(data)) {
			continue;
		}
		ran++;
		off += result_check(wait_until(is_off, data, patience_ns()),
				    "cpu %u: the firmware does not say that %s %lu is off", cpu,
				    arch_hwid_name, (unsigned long)data->hwid.id);
	}
	printk("\nstopped: %u of %u other CPUs are off, says the firmware\n", off, ran);
}
