/* SPDX-License-Identifier: MIT */
/* Which CPUs there are to try. */
#include "kernel/arch.h"
#include "kernel/bringup.h"
#include "kernel/console.h"
#include "kernel/params.h"
#include "kernel/result.h"

static unsigned int left_out;

static bool is_numbered(hwid_t hwid)
{
	for (unsigned int cpu = 0; cpu < nr_numbered(); cpu++) {
		if (cpu_data(cpu)->hwid.id == hwid.id) {
			return true;
		}
	}
	return false;
}

/* The hardware id of a node of /cpus; false when it has none. */
static bool node_hwid(const struct dt *dt, int node, uint32_t cells, hwid_t *hwid)
{
	struct dt_prop reg;
	uint64_t value;

	if (!dt_get(dt, node, "reg", &reg) || cells == 0 || !dt_cells(&reg, 0, cells, &value)) {
		printk("device tree: %s has no number, left out\n", dt_name(dt, node));
		return false;
	}
	*hwid = arch_cpu_hwid(value);
	return true;
}

/* Null, or why the CPU of this node cannot be tried. */
static const char *unusable(const struct dt *dt, int node)
{
	return dt_enabled(dt, node) ? arch_cpu_unusable(dt, node) : "disabled in the device tree";
}

static void number(const struct dt *dt, int node, hwid_t hwid)
{
	const char *why = unusable(dt, node);
	struct percpu *cpu;

	if (why != NULL) {
		printk("%s %lu: %s, left out\n", arch_hwid_name, (unsigned long)hwid.id, why);
		return;
	}
	if (nr_numbered() >= params.cpus) {
		left_out++;
		return;
	}
	cpu = percpu_create(hwid);
	if (result_check(cpu != NULL, "%s %lu: no memory for it, left out", arch_hwid_name,
			 (unsigned long)hwid.id)) {
		percpu_number(cpu);
	}
}

void bringup_number(const struct dt *dt)
{
	const char *alone = arch_smp_unavailable();
	int cpus = dt_find_path(dt, "/cpus");
	uint32_t cells = dt_address_cells(dt, cpus);

	if (alone != NULL) {
		printk("crosscall: only the boot CPU: %s\n", alone);
		return;
	}
	for (int node = dt_first_child(dt, cpus); node != DT_NONE;
	     node = dt_next_sibling(dt, node)) {
		hwid_t hwid;

		if (dt_string_list_has(dt, node, "device_type", "cpu") &&
		    node_hwid(dt, node, cells, &hwid) && !is_numbered(hwid)) {
			number(dt, node, hwid);
		}
	}
	if (left_out > 0) {
		printk("crosscall: %u more CPUs in the device tree, left out: the limit is %u\n",
		       left_out, params.cpus);
	}
}
