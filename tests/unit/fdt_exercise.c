/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/fdt.h"
#include "tests/unit/fdt_exercise.h"

/* Reads all of a string, so that one without its NUL is noticed. */
static void read_string(const char *string)
{
	if (string != NULL && strlen(string) == SIZE_MAX) {
		abort();
	}
}

static void read_property(const struct dt *dt, int node, const char *name)
{
	struct dt_prop prop;
	uint64_t value;

	if (dt_get(dt, node, name, &prop)) {
		const volatile uint8_t *bytes = prop.data;

		for (uint32_t i = 0; i < prop.len; i++) {
			(void)bytes[i];
		}
		for (uint32_t cells = 0; cells < 4; cells++) {
			(void)dt_cells(&prop, 0, cells, &value);
			(void)dt_cells(&prop, prop.len / 4, cells, &value);
			(void)dt_cells(&prop, UINT32_MAX, cells, &value);
		}
	}
	(void)dt_has(dt, node, name);
	read_string(dt_string(dt, node, name));
	(void)dt_string_list_has(dt, node, name, "okay");
	(void)dt_u64(dt, node, name, &value);
}

static void read_node(const struct dt *dt, int node)
{
	static const char *const names[] = {"compatible",     "reg", "ranges", "status",
					    "#address-cells", ""};
	uint64_t address;
	uint64_t size;

	read_string(dt_name(dt, node));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		read_property(dt, node, names[i]);
	}
	(void)dt_first_child(dt, node);
	(void)dt_next_sibling(dt, node);
	(void)dt_parent(dt, node);
	(void)dt_enabled(dt, node);
	(void)dt_address_cells(dt, node);
	(void)dt_size_cells(dt, node);
	for (uint32_t index = 0; index < 3; index++) {
		(void)dt_reg(dt, node, index, &address, &size);
	}
	(void)dt_reg(dt, node, UINT32_MAX, &address, NULL);
}

static void search(const struct dt *dt)
{
	static const char *const paths[] = {
		"/", "/cpus",	"/soc/serial@10000000", "serial0:115200", "serial0/x", "//", "",
		":", "/chosen/"};
	uint64_t address;
	uint64_t size;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)dt_find_path(dt, paths[i]);
	}
	(void)dt_find_compatible(dt, DT_NONE, "riscv");
	(void)dt_find_device_type(dt, DT_NONE, "cpu");
	(void)dt_find_phandle(dt, 1);
	read_node(dt, DT_NONE);
	for (uint32_t index = 0; dt_reserved(dt, index, &address, &size); index++) {
		if (index > dt_size(dt)) {
			abort();
		}
	}
}

bool fdt_exercise(const void *blob, size_t size)
{
	/* One byte at least: malloc(0) may be null. */
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	struct dt dt;
	size_t nodes = 0;

	if (copy == NULL) {
		abort();
	}
	if (size != 0) {
		memcpy(copy, blob, size);
	}
	const char *wrong = dt_open(&dt, copy, size);

	if (wrong == NULL) {
		for (int node = dt_root(&dt); node != DT_NONE; node = dt_next(&dt, node)) {
			if (++nodes > size) {
				abort();
			}
			/* All of a small tree; of a large one enough to keep the run short. */
			if (nodes < 200) {
				read_node(&dt, node);
			}
		}
		search(&dt);
	} else {
		read_string(wrong);
	}
	free(copy);
	return wrong == NULL;
}
