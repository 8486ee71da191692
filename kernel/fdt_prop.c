/* SPDX-License-Identifier: MIT */
/* What properties mean: numbers, strings, addresses; and finding nodes by them. */
#include "kernel/fdt.h"

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0') {
		n++;
	}
	return n;
}

/* True when 'string' is exactly the 'len' bytes at 'bytes'. */
static bool equals(const char *string, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (string[i] == '\0' || string[i] != bytes[i]) {
			return false;
		}
	}
	return string[len] == '\0';
}

bool dt_has(const struct dt *dt, int node, const char *name)
{
	struct dt_prop prop;

	return dt_get(dt, node, name, &prop);
}

const char *dt_string(const struct dt *dt, int node, const char *name)
{
	struct dt_prop prop;

	if (!dt_get(dt, node, name, &prop) || prop.len == 0 || prop.data[prop.len - 1] != 0) {
		return NULL;
	}
	return (const char *)prop.data;
}

bool dt_string_list_has(const struct dt *dt, int node, const char *name, const char *string)
{
	size_t want = length(string);
	uint32_t start = 0;
	struct dt_prop prop;

	if (!dt_get(dt, node, name, &prop)) {
		return false;
	}
	for (uint32_t i = 0; i < prop.len; i++) {
		if (prop.data[i] != 0) {
			continue;
		}
		if (i - start == want && equals(string, (const char *)prop.data + start, want)) {
			return true;
		}
		start = i + 1;
	}
	return false;
}

bool dt_cells(const struct dt_prop *prop, uint32_t index, uint32_t cells, uint64_t *value)
{
	uint64_t end = 4 * ((uint64_t)index + cells);
	uint64_t sum = 0;

	if (cells > 2 || end > prop->len) {
		return false;
	}
	for (uint64_t i = 4 * (uint64_t)index; i < end; i++) {
		sum = sum << 8 | prop->data[i];
	}
	*value = sum;
	return true;
}

bool dt_u64(const struct dt *dt, int node, const char *name, uint64_t *value)
{
	struct dt_prop prop;

	return dt_get(dt, node, name, &prop) && (prop.len == 4 || prop.len == 8) &&
	       dt_cells(&prop, 0, prop.len / 4, value);
}

static uint32_t cell_count(const struct dt *dt, int node, const char *name, uint32_t standard)
{
	uint64_t value;

	/* Anything past two is more than a number holds; 3 (PCI) and rubbish are alike then. */
	if (!dt_u64(dt, node, name, &value)) {
		return standard;
	}
	return value > 16 ? 16 : (uint32_t)value;
}

uint32_t dt_address_cells(const struct dt *dt, int node)
{
	return cell_count(dt, node, "#address-cells", 2);
}

uint32_t dt_size_cells(const struct dt *dt, int node)
{
	return cell_count(dt, node, "#size-cells", 1);
}

/*
 * --- Addresses ----------------------------------------------------------------------------------
 */

/* Translates *address from the children of 'bus' to its parent's space: section 2.3.8, "ranges". */
static bool translate(const struct dt *dt, int bus, int parent, uint64_t *address)
{
	uint32_t child_cells = dt_address_cells(dt, bus);
	uint32_t parent_cells = dt_address_cells(dt, parent);
	uint32_t size_cells = dt_size_cells(dt, bus);
	uint32_t entry = child_cells + parent_cells + size_cells;
	struct dt_prop ranges;

	if (!dt_get(dt, bus, "ranges", &ranges)) {
		return false;
	}
	if (ranges.len == 0) {
		return true;
	}
	for (uint32_t at = 0; entry > 0 && at + entry <= ranges.len / 4; at += entry) {
		uint64_t from;
		uint64_t to;
		uint64_t size;

		if (!dt_cells(&ranges, at, child_cells, &from) ||
		    !dt_cells(&ranges, at + child_cells, parent_cells, &to) ||
		    !dt_cells(&ranges, at + child_cells + parent_cells, size_cells, &size)) {
			return false;
		}
		if (*address >= from && *address - from < size) {
			*address = to + (*address - from);
			return true;
		}
	}
	return false;
}

bool dt_reg(const struct dt *dt, int node, uint32_t index, uint64_t *address, uint64_t *size)
{
	int bus = dt_parent(dt, node);
	uint32_t address_cells = dt_address_cells(dt, bus);
	uint32_t size_cells = dt_size_cells(dt, bus);
	uint64_t at = (uint64_t)index * (address_cells + size_cells);
	uint64_t length_found;
	struct dt_prop reg;

	if (bus == DT_NONE || !dt_get(dt, node, "reg", &reg) || at > reg.len / 4 ||
	    address_cells == 0 || !dt_cells(&reg, (uint32_t)at, address_cells, address) ||
	    !dt_cells(&reg, (uint32_t)at + address_cells, size_cells, &length_found)) {
		return false;
	}
	for (int parent = dt_parent(dt, bus); parent != DT_NONE; parent = dt_parent(dt, bus)) {
		if (!translate(dt, bus, parent, address)) {
			return false;
		}
		bus = parent;
	}
	if (size != NULL) {
		*size = length_found;
	}
	return true;
}

/*
 * --- Finding ------------------------------------------------------------------------------------
 */

/* The node that a search after 'after' looks at first. */
static int search_from(const struct dt *dt, int after)
{
	return after == DT_NONE ? dt_root(dt) : dt_next(dt, after);
}

int dt_find_compatible(const struct dt *dt, int after, const char *compatible)
{
	int node = search_from(dt, after);

	while (node != DT_NONE && !dt_string_list_has(dt, node, "compatible", compatible)) {
		node = dt_next(dt, node);
	}
	return node;
}

int dt_find_device_type(const struct dt *dt, int after, const char *type)
{
	int node = search_from(dt, after);

	while (node != DT_NONE && !dt_string_list_has(dt, node, "device_type", type)) {
		node = dt_next(dt, node);
	}
	return node;
}

int dt_find_phandle(const struct dt *dt, uint32_t phandle)
{
	uint64_t value;
	int node = dt_root(dt);

	while (node != DT_NONE && !(dt_u64(dt, node, "phandle", &value) && value == phandle)) {
		node = dt_next(dt, node);
	}
	return node;
}

bool dt_enabled(const struct dt *dt, int node)
{
	return node != DT_NONE &&
	       (!dt_has(dt, node, "status") || dt_string_list_has(dt, node, "status", "okay") ||
		dt_string_list_has(dt, node, "status", "ok"));
}

/* True when the path component 'part' of 'len' bytes means a node of this name. */
static bool component_fits(const char *name, const char *part, size_t len)
{
	if (equals(name, part, len)) {
		return true;
	}
	for (size_t i = 0; i < len; i++) {
		if (part[i] == '@' || name[i] != part[i]) {
			return false;
		}
	}
	return name[len] == '@';
}

/* Where the path component that starts at 'path' ends. */
static const char *component_end(const char *path)
{
	while (*path != '\0' && *path != '/' && *path != ':') {
		path++;
	}
	return path;
}

/* Walks 'path', which has no leading alias, down from 'node'. */
static int descend(const struct dt *dt, int node, const char *path)
{
	while (node != DT_NONE && *path == '/') {
		const char *part = path + 1;
		size_t len;

		path = component_end(part);
		len = (size_t)(path - part);
		if (len == 0) {
			continue;
		}
		node = dt_first_child(dt, node);
		while (node != DT_NONE && !component_fits(dt_name(dt, node), part, len)) {
			node = dt_next_sibling(dt, node);
		}
	}
	return node;
}

/* The value of the /aliases property named by the 'len' bytes at 'alias'. */
static const char *alias_path(const struct dt *dt, const char *alias, size_t len)
{
	char name[32];

	if (len == 0 || len >= sizeof(name)) {
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		name[i] = alias[i];
	}
	name[len] = '\0';
	return dt_string(dt, descend(dt, dt_root(dt), "/aliases"), name);
}

int dt_find_path(const struct dt *dt, const char *path)
{
	const char *end = component_end(path);
	const char *target;

	if (*path == '/') {
		return descend(dt, dt_root(dt), path);
	}
	/* An alias stands for a full path: one that names another alias is not followed. */
	target = alias_path(dt, path, (size_t)(end - path));
	if (target == NULL || *target != '/') {
		return DT_NONE;
	}
	return descend(dt, descend(dt, dt_root(dt), target), end);
}
