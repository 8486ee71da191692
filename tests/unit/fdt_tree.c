/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <libfdt.h>

#include "tests/unit/fdt_tree.h"

uint8_t blob[MAX_BLOB];

static void prop_cells(const char *name, const uint32_t *cells, unsigned int nr)
{
	fdt32_t value[8];

	for (unsigned int i = 0; i < nr; i++) {
		value[i] = cpu_to_fdt32(cells[i]);
	}
	assert_int_equal(fdt_property(blob, name, value, (int)(nr * sizeof(value[0]))), 0);
}

void begin_node(const char *name)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
}

void end_node(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static void prop_string(const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(blob, name, value), 0);
}

/* Old and new ways to name extensions; one whose name begins like another's. */
static void write_isa(uint32_t cpu)
{
	static const char list[] = "i\0m\0zawrs\0svadu";

	if (cpu == 0) {
		prop_string("riscv,isa", "rv64imac_zicsr_zawrs_sstc");
	} else if (cpu == 1) {
		assert_int_equal(fdt_property(blob, "riscv,isa-extensions", list, sizeof(list)), 0);
	} else {
		prop_string("riscv,isa", "rv64imaczawrs_zawrsx_xzawrs");
	}
}

static void write_cpus(void)
{
	char name[16];

	begin_node("cpus");
	prop_cells("#address-cells", (uint32_t[]){1}, 1);
	prop_cells("#size-cells", (uint32_t[]){0}, 1);
	for (uint32_t cpu = 0; cpu < 3; cpu++) {
		(void)snprintf(name, sizeof(name), "cpu@%u", cpu);
		begin_node(name);
		prop_string("device_type", "cpu");
		prop_string("status", cpu == 1 ? "disabled" : cpu == 2 ? "ok" : "okay");
		prop_cells("reg", &cpu, 1);
		write_isa(cpu);
		prop_cells("phandle", (uint32_t[]){cpu + 10}, 1);
		end_node();
	}
	end_node();
}

/* A bus behind a bus, each with ranges that move addresses. */
static void write_soc(void)
{
	static const char list[] = "ns16550a\0uart";

	begin_node("soc");
	prop_cells("#address-cells", (uint32_t[]){2}, 1);
	prop_cells("#size-cells", (uint32_t[]){2}, 1);
	assert_int_equal(fdt_property(blob, "ranges", NULL, 0), 0);
	begin_node("serial@10000000");
	assert_int_equal(fdt_property(blob, "compatible", list, sizeof(list)), 0);
	prop_cells("reg", (uint32_t[]){0, 0x10000000, 0, 0x100, 1, 2, 0, 0x20}, 8);
	end_node();
	begin_node("bus@40000000");
	prop_cells("#address-cells", (uint32_t[]){1}, 1);
	prop_cells("#size-cells", (uint32_t[]){1}, 1);
	prop_cells("ranges", (uint32_t[]){0x1000, 0x0, 0x40000000, 0x1000}, 4);
	begin_node("device@1010");
	prop_cells("reg", (uint32_t[]){0x1010, 0x10, 0x5000, 0x10}, 4);
	end_node();
	end_node();
	end_node();
}

size_t write_tree(void)
{
	assert_int_equal(fdt_create(blob, sizeof(blob)), 0);
	assert_int_equal(fdt_add_reservemap_entry(blob, UINT64_C(0x80000000), UINT64_C(0x40000)),
			 0);
	assert_int_equal(fdt_add_reservemap_entry(blob, UINT64_C(0x123456789abc), 1), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	begin_node("");
	prop_cells("#address-cells", (uint32_t[]){2}, 1);
	prop_cells("#size-cells", (uint32_t[]){2}, 1);
	prop_string("compatible", "test,machine");
	prop_cells("one-cell", (uint32_t[]){0xfedcba98}, 1);
	prop_cells("two-cells", (uint32_t[]){0x12345678, 0x9abcdef0}, 2);
	assert_int_equal(fdt_property(blob, "not-a-string", "abc", 3), 0);
	assert_int_equal(fdt_property(blob, "empty", NULL, 0), 0);
	begin_node("aliases");
	prop_string("serial0", "/soc/serial@10000000");
	prop_string("soc", "/soc");
	end_node();
	begin_node("chosen");
	prop_string("bootargs", "quiet doorbell=auto");
	prop_string("stdout-path", "serial0:115200n8");
	end_node();
	write_cpus();
	write_soc();
	end_node();
	assert_int_equal(fdt_finish(blob), 0);
	return fdt_totalsize(blob);
}
