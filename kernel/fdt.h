/* SPDX-License-Identifier: MIT */
/*
 * A reader of flattened device trees (Devicetree Specification 0.4, chapter 5) that trusts nothing:
 * dt_open() walks the whole blob once, and every later access stays inside it, whatever it holds.
 * Nothing here allocates, waits or keeps state. The prefix is dt_, so that a test can link libfdt
 * too.
 */
#ifndef KERNEL_FDT_H
#define KERNEL_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open tree. The fields are fdt.c's own. */
struct dt {
	const uint8_t *blob;
	uint32_t size;
	uint32_t structs, structs_end;
	uint32_t strings, strings_end;
	uint32_t reserved; /* the memory reservation block */
};

/* A property's value: 'len' bytes, not aligned, big-endian. */
struct dt_prop {
	const uint8_t *data;
	uint32_t len;
};

#define DT_NONE (-1)	/* no such node */
#define DT_MAX_DEPTH 32 /* deeper trees are refused */

/*
 * Checks the blob of at most 'max' bytes. Returns null, and then *dt is good for all the rest;
 * otherwise one line without newline that says what is wrong with the blob.
 */
const char *dt_open(struct dt *dt, const void *blob, size_t max);

/* Its length in bytes (the header's totalsize). */
uint32_t dt_size(const struct dt *dt);

/*
 * --- Nodes are offsets. A node argument must be one that a function here returned; DT_NONE is
 * allowed
 * --- and gives DT_NONE, null or false.
 */

/* The root is the first; the next in document order; DT_NONE after the last. */
int dt_root(const struct dt *dt);
int dt_next(const struct dt *dt, int node);

int dt_first_child(const struct dt *dt, int node);
int dt_next_sibling(const struct dt *dt, int node);
int dt_parent(const struct dt *dt, int node);

/* "serial@10000000"; the root's is "". */
const char *dt_name(const struct dt *dt, int node);

/*
 * By path: "/soc/serial@10000000", an alias ("serial0"), or an alias with more
 * ("soc/serial@10000000"). A unit address may be left out where that is unambiguous enough: the
 * first that fits is taken. What follows a ':' is not part of the path (stdout-path has options
 * there).
 */
int dt_find_path(const struct dt *dt, const char *path);

/* The first node after 'after' (DT_NONE: from the root) with this property value. */
int dt_find_compatible(const struct dt *dt, int after, const char *compatible);
int dt_find_device_type(const struct dt *dt, int after, const char *type);
int dt_find_phandle(const struct dt *dt, uint32_t phandle);

/* True when its status is missing, "okay" or "ok". */
bool dt_enabled(const struct dt *dt, int node);

/* --- Properties */

bool dt_get(const struct dt *dt, int node, const char *name, struct dt_prop *prop);
bool dt_has(const struct dt *dt, int node, const char *name);

/* The value as a string; null when it is missing or has no NUL at its end. */
const char *dt_string(const struct dt *dt, int node, const char *name);

/* True when the value is a list of strings and this is one of them. */
bool dt_string_list_has(const struct dt *dt, int node, const char *name, const char *string);

/* A number of one or two cells, by the property's length. */
bool dt_u64(const struct dt *dt, int node, const char *name, uint64_t *value);

/* True when a RISC-V CPU's node says that it has this extension ("zawrs"). */
bool dt_isa_has(const struct dt *dt, int node, const char *extension);

/*
 * Cells 'index' .. 'index' + 'cells' - 1 of a property as one number; cells is 0 (the value is 0)
 * to 2.
 */
bool dt_cells(const struct dt_prop *prop, uint32_t index, uint32_t cells, uint64_t *value);

/* #address-cells and #size-cells of a node, with the specification's defaults (2 and 1). */
uint32_t dt_address_cells(const struct dt *dt, int node);
uint32_t dt_size_cells(const struct dt *dt, int node);

/*
 * Entry 'index' of a node's reg, as the CPU sees it: translated through the ranges of its parents.
 * 'size' may be null. False when there is no such entry or it cannot be translated.
 */
bool dt_reg(const struct dt *dt, int node, uint32_t index, uint64_t *address, uint64_t *size);

/* Entry 'index' of the memory reservation block. False past the last. */
bool dt_reserved(const struct dt *dt, uint32_t index, uint64_t *address, uint64_t *size);

#endif
