/* SPDX-License-Identifier: MIT */
/* The device tree reader against libfdt, on trees that are good and on trees that are not. */
#include "tests/unit/unit.h"

#include <libfdt.h>

#include "kernel/fdt.h"
#include "tests/unit/fdt_exercise.h"
#include "tests/unit/fdt_tree.h"

/* QEMU's own tree; 0 when there is no such QEMU here. It replaces the file, so that is opened
 * after. */
static size_t qemu_tree(const char *machine)
{
	char path[] = "/tmp/crosscall-dtb-XXXXXX";
	char command[300];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(command, sizeof(command),
		       "timeout 60 %s,dumpdtb=%s -smp 4 -display none -nic none >/dev/null 2>&1",
		       machine, path);
	size_t size = 0;

	if (system(command) == 0) {
		FILE *file = fopen(path, "rb");

		assert_non_null(file);
		size = fread(blob, 1, sizeof(blob), file);
		(void)fclose(file);
		assert_in_range(size, 40, sizeof(blob) - 1);
	}
	(void)unlink(path);
	return size;
}

/* ---- against libfdt ---- */

static void compare_node(const struct dt *dt, int node, int offset)
{
	struct dt_prop prop;
	int property;

	assert_string_equal(dt_name(dt, node), fdt_get_name(blob, offset, NULL));
	fdt_for_each_property_offset(property, blob, offset)
	{
		const char *name;
		int len;
		const void *value = fdt_getprop_by_offset(blob, property, &name, &len);

		assert_true(dt_get(dt, node, name, &prop));
		assert_true(dt_has(dt, node, name));
		assert_int_equal(prop.len, len);
		assert_memory_equal(prop.data, value, (size_t)len);
	}
	assert_false(dt_has(dt, node, "no-such-property"));
	char path[512];

	assert_int_equal(fdt_get_path(blob, offset, path, sizeof(path)), 0);
	assert_int_equal(dt_find_path(dt, path), node);
	assert_int_equal(fdt_first_subnode(blob, offset) < 0, dt_first_child(dt, node) == DT_NONE);
	if (offset != 0) {
		assert_int_equal(fdt_next_subnode(blob, offset) < 0,
				 dt_next_sibling(dt, node) == DT_NONE);
		assert_string_equal(dt_name(dt, dt_parent(dt, node)),
				    fdt_get_name(blob, fdt_parent_offset(blob, offset), NULL));
	}
	uint32_t phandle = fdt_get_phandle(blob, offset);

	if (phandle != 0) {
		assert_int_equal(dt_find_phandle(dt, phandle), node);
	}
}

static void compare_tree(size_t size)
{
	struct dt dt;
	int offset = 0;
	unsigned int nodes = 0;

	assert_null(dt_open(&dt, blob, size));
	assert_int_equal(dt_size(&dt), fdt_totalsize(blob));
	assert_int_equal(fdt_check_header(blob), 0);
	for (int node = dt_root(&dt); node != DT_NONE; node = dt_next(&dt, node)) {
		assert_true(offset >= 0);
		compare_node(&dt, node, offset);
		offset = fdt_next_node(blob, offset, NULL);
		nodes++;
	}
	assert_true(offset < 0);
	assert_true(nodes > 5);
	for (int i = 0; i < fdt_num_mem_rsv(blob); i++) {
		uint64_t address;
		uint64_t length;
		uint64_t a;
		uint64_t l;

		assert_int_equal(fdt_get_mem_rsv(blob, i, &a, &l), 0);
		assert_true(dt_reserved(&dt, (uint32_t)i, &address, &length));
		assert_int_equal(address, a);
		assert_int_equal(length, l);
	}
	assert_false(
		dt_reserved(&dt, (uint32_t)fdt_num_mem_rsv(blob), &(uint64_t){0}, &(uint64_t){0}));
	assert_true(fdt_exercise(blob, size));
}

static void test_own_tree(void **state)
{
	(void)state;
	compare_tree(write_tree());
}

static void test_qemu(const char *machine)
{
	size_t size = qemu_tree(machine);

	if (size == 0) {
		print_message("# no tree from %s here\n", machine);
		return;
	}
	compare_tree(size);
}

static void test_qemu_riscv64(void **state)
{
	(void)state;
	test_qemu("qemu-system-riscv64 -M virt");
}

static void test_qemu_aarch64(void **state)
{
	(void)state;
	test_qemu("qemu-system-aarch64 -cpu cortex-a57 -M virt,gic-version=3");
}

/* ---- values ---- */

static void test_values(void **state)
{
	struct dt dt;
	uint64_t value = 0;

	(void)state;
	assert_null(dt_open(&dt, blob, write_tree()));
	int root = dt_root(&dt);

	assert_true(dt_u64(&dt, root, "one-cell", &value));
	assert_int_equal(value, 0xfedcba98);
	assert_true(dt_u64(&dt, root, "two-cells", &value));
	assert_int_equal(value, UINT64_C(0x123456789abcdef0));
	assert_false(dt_u64(&dt, root, "empty", &value));
	assert_false(dt_u64(&dt, root, "missing", &value));
	assert_null(dt_string(&dt, root, "not-a-string"));
	assert_null(dt_string(&dt, root, "empty"));
	assert_string_equal(dt_string(&dt, dt_find_path(&dt, "/chosen"), "bootargs"),
			    "quiet doorbell=auto");
	assert_int_equal(dt_address_cells(&dt, dt_find_path(&dt, "/cpus")), 1);
	assert_int_equal(dt_size_cells(&dt, dt_find_path(&dt, "/cpus")), 0);
	assert_int_equal(dt_address_cells(&dt, dt_find_path(&dt, "/chosen")), 2);
	assert_int_equal(dt_size_cells(&dt, dt_find_path(&dt, "/chosen")), 1);
	assert_true(dt_enabled(&dt, dt_find_path(&dt, "/cpus/cpu@0")));
	assert_false(dt_enabled(&dt, dt_find_path(&dt, "/cpus/cpu@1")));
	assert_true(dt_enabled(&dt, dt_find_path(&dt, "/cpus/cpu@2")));
	assert_true(dt_enabled(&dt, dt_find_path(&dt, "/chosen")));
	assert_false(dt_enabled(&dt, DT_NONE));
}

static void test_search(void **state)
{
	struct dt dt;

	(void)state;
	assert_null(dt_open(&dt, blob, write_tree()));
	int serial = dt_find_path(&dt, "/soc/serial@10000000");
	int cpu = DT_NONE;

	assert_true(serial != DT_NONE);
	assert_int_equal(dt_find_path(&dt, "serial0"), serial);
	assert_int_equal(dt_find_path(&dt, "serial0:115200n8"), serial);
	assert_int_equal(dt_find_path(&dt, "soc/serial@10000000"), serial);
	assert_int_equal(dt_find_path(&dt, "/soc/serial"), serial);
	assert_int_equal(dt_find_path(&dt, "/soc/serial@1"), DT_NONE);
	assert_int_equal(dt_find_path(&dt, "/so"), DT_NONE);
	assert_int_equal(dt_find_path(&dt, "serial1"), DT_NONE);
	assert_int_equal(dt_find_path(&dt, ""), DT_NONE);
	assert_int_equal(dt_find_compatible(&dt, DT_NONE, "uart"), serial);
	assert_int_equal(dt_find_compatible(&dt, DT_NONE, "ns16550a"), serial);
	assert_int_equal(dt_find_compatible(&dt, DT_NONE, "ns16550"), DT_NONE);
	assert_int_equal(dt_find_compatible(&dt, serial, "uart"), DT_NONE);
	for (unsigned int i = 0; i < 3; i++) {
		cpu = dt_find_device_type(&dt, cpu, "cpu");
		assert_true(cpu != DT_NONE);
		assert_int_equal(dt_find_phandle(&dt, i + 10), cpu);
	}
	assert_int_equal(dt_find_device_type(&dt, cpu, "cpu"), DT_NONE);
	assert_int_equal(dt_find_phandle(&dt, 99), DT_NONE);
	assert_false(dt_string_list_has(&dt, serial, "compatible", "16550a"));
}

static void test_isa(void **state)
{
	struct dt dt;

	(void)state;
	assert_null(dt_open(&dt, blob, write_tree()));
	int old = dt_find_path(&dt, "/cpus/cpu@0");
	int listed = dt_find_path(&dt, "/cpus/cpu@1");
	int other = dt_find_path(&dt, "/cpus/cpu@2");

	assert_true(dt_isa_has(&dt, old, "zicsr"));
	assert_true(dt_isa_has(&dt, old, "zawrs"));
	assert_true(dt_isa_has(&dt, old, "sstc"));
	assert_false(dt_isa_has(&dt, old, "zaw"));
	assert_false(dt_isa_has(&dt, old, "wrs"));
	assert_true(dt_isa_has(&dt, listed, "zawrs"));
	assert_false(dt_isa_has(&dt, listed, "zicsr"));
	assert_false(dt_isa_has(&dt, other, "zawrs"));
	assert_false(dt_isa_has(&dt, dt_find_path(&dt, "/soc"), "zawrs"));
}

static void test_reg(void **state)
{
	struct dt dt;
	uint64_t address = 0;
	uint64_t size = 0;

	(void)state;
	assert_null(dt_open(&dt, blob, write_tree()));
	int serial = dt_find_path(&dt, "/soc/serial");
	int device = dt_find_path(&dt, "/soc/bus/device");

	assert_true(dt_reg(&dt, serial, 0, &address, &size));
	assert_int_equal(address, 0x10000000);
	assert_int_equal(size, 0x100);
	assert_true(dt_reg(&dt, serial, 1, &address, NULL));
	assert_int_equal(address, UINT64_C(0x100000002));
	assert_false(dt_reg(&dt, serial, 2, &address, &size));
	assert_true(dt_reg(&dt, device, 0, &address, &size));
	assert_int_equal(address, 0x40000010);
	/* Outside the bus's ranges. */
	assert_false(dt_reg(&dt, device, 1, &address, &size));
	assert_false(dt_reg(&dt, dt_find_path(&dt, "/chosen"), 0, &address, &size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_tree),     cmocka_unit_test(test_qemu_riscv64),
		cmocka_unit_test(test_qemu_aarch64), cmocka_unit_test(test_values),
		cmocka_unit_test(test_isa),	     cmocka_unit_test(test_search),
		cmocka_unit_test(test_reg),
	};

	return cmocka_run_group_tests_name("fdt", tests, NULL, NULL);
}
