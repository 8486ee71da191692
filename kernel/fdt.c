/* SPDX-License-Identifier: MIT */
#include "kernel/fdt.h"

/* Devicetree Specification 0.4, sections 5.2 to 5.4. */
#define FDT_MAGIC 0xd00dfeedU
#define FDT_HEADER_SIZE 40U
#define FDT_VERSION 17U

enum fdt_header_word {
	HEADER_MAGIC = 0,
	HEADER_TOTALSIZE = 4,
	HEADER_OFF_STRUCT = 8,
	HEADER_OFF_STRINGS = 12,
	HEADER_OFF_RESERVED = 16,
	HEADER_VERSION = 20,
	HEADER_LAST_COMPATIBLE = 24,
	HEADER_SIZE_STRINGS = 32,
	HEADER_SIZE_STRUCT = 36,
};

enum fdt_token {
	TOKEN_BAD = 0, /* none of the specification's: what token_at() makes of anything wrong */
	TOKEN_BEGIN_NODE = 1,
	TOKEN_END_NODE = 2,
	TOKEN_PROP = 3,
	TOKEN_NOP = 4,
	TOKEN_END = 9,
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static bool string_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* The length of the string at 'pos'; -1 when no NUL comes before 'end'. */
static int64_t string_length(const struct dt *dt, uint32_t pos, uint32_t end)
{
	for (uint32_t i = pos; i < end; i++) {
		if (dt->blob[i] == 0) {
			return i - pos;
		}
	}
	return -1;
}

/*
 * The token at 'pos', and where the next one is. TOKEN_BAD when it is not whole or no token;
 * callers stop then, and because *next always grows, every walk ends.
 */
static enum fdt_token token_at(const struct dt *dt, uint32_t pos, uint32_t *next)
{
	uint64_t end = (uint64_t)pos + 4;
	uint32_t token;

	if (end > dt->structs_end) {
		return TOKEN_BAD;
	}
	token = be32(dt->blob + pos);
	if (token == TOKEN_BEGIN_NODE) {
		int64_t len = string_length(dt, pos + 4, dt->structs_end);

		if (len < 0) {
			return TOKEN_BAD;
		}
		end += (uint64_t)len + 1;
	} else if (token == TOKEN_PROP) {
		if (end + 8 > dt->structs_end) {
			return TOKEN_BAD;
		}
		end += 8 + (uint64_t)be32(dt->blob + pos + 4);
	} else if (token != TOKEN_END_NODE && token != TOKEN_NOP && token != TOKEN_END) {
		return TOKEN_BAD;
	}
	end = (end + 3) & ~(uint64_t)3;
	if (end > dt->structs_end) {
		return TOKEN_BAD;
	}
	*next = (uint32_t)end;
	return (enum fdt_token)token;
}

/* Where the name of the property token at 'pos' is; -1 when it is not all in the strings block. */
static int64_t prop_name(const struct dt *dt, uint32_t pos)
{
	uint64_t at = (uint64_t)dt->strings + be32(dt->blob + pos + 8);

	if (at >= dt->strings_end || string_length(dt, (uint32_t)at, dt->strings_end) < 0) {
		return -1;
	}
	return (int64_t)at;
}

/*
 * --- Opening ------------------------------------------------------------------------------------
 */

static uint32_t header(const struct dt *dt, enum fdt_header_word word)
{
	return be32(dt->blob + word);
}

/* Takes the block at 'offset' with 'size' bytes; false when it is not all inside the blob. */
static bool take_block(const struct dt *dt, uint32_t offset, uint32_t size, uint32_t *start,
		       uint32_t *end)
{
	if (offset < FDT_HEADER_SIZE || (uint64_t)offset + size > dt->size) {
		return false;
	}
	*start = offset;
	*end = offset + size;
	return true;
}

static bool reserved_block_ends(const struct dt *dt)
{
	uint64_t address;
	uint64_t size;
	uint32_t index = 0;

	while (dt_reserved(dt, index, &address, &size)) {
		index++;
	}
	/* dt_reserved() also stops where the blob does: then the end is not a terminator. */
	return (uint64_t)dt->reserved + 16 * ((uint64_t)index + 1) <= dt->size;
}

static const char *check_header(struct dt *dt, size_t max)
{
	if (max < FDT_HEADER_SIZE) {
		return "device tree: shorter than its header";
	}
	if (header(dt, HEADER_MAGIC) != FDT_MAGIC) {
		return "device tree: no magic number where it should be";
	}
	dt->size = header(dt, HEADER_TOTALSIZE);
	if (dt->size < FDT_HEADER_SIZE || dt->size > max || dt->size > INT32_MAX) {
		return "device tree: impossible total size";
	}
	if (header(dt, HEADER_VERSION) < FDT_VERSION ||
	    header(dt, HEADER_LAST_COMPATIBLE) > FDT_VERSION) {
		return "device tree: a format version other than 17";
	}
	if (!take_block(dt, header(dt, HEADER_OFF_STRUCT), header(dt, HEADER_SIZE_STRUCT),
			&dt->structs, &dt->structs_end) ||
	    dt->structs % 4 != 0) {
		return "device tree: structure block outside the blob or misaligned";
	}
	if (!take_block(dt, header(dt, HEADER_OFF_STRINGS), header(dt, HEADER_SIZE_STRINGS),
			&dt->strings, &dt->strings_end)) {
		return "device tree: strings block outside the blob";
	}
	dt->reserved = header(dt, HEADER_OFF_RESERVED);
	if (dt->reserved < FDT_HEADER_SIZE || !reserved_block_ends(dt)) {
		return "device tree: memory reservation block does not end inside the blob";
	}
	return NULL;
}

/* One token's share of the check; *depth is the number of open nodes. */
static const char *check_token(const struct dt *dt, enum fdt_token token, uint32_t pos,
			       unsigned int *depth)
{
	switch (token) {
	case TOKEN_BEGIN_NODE:
		*depth += 1;
		return *depth > DT_MAX_DEPTH ? "device tree: nodes nested too deeply" : NULL;
	case TOKEN_END_NODE:
		*depth -= 1;
		return NULL;
	case TOKEN_PROP:
		return prop_name(dt, pos) < 0
			       ? "device tree: a property name is outside the strings"
			       : NULL;
	case TOKEN_NOP:
		return NULL;
	case TOKEN_END:
		return "device tree: it ends inside a node";
	default:
		return "device tree: damaged structure block";
	}
}

static uint32_t skip_nops(const struct dt *dt, uint32_t pos)
{
	uint32_t next = pos;

	while (token_at(dt, pos, &next) == TOKEN_NOP) {
		pos = next;
	}
	return pos;
}

/* Exactly one root node, well nested, then the end token. */
static const char *check_structure(const struct dt *dt)
{
	uint32_t pos = skip_nops(dt, dt->structs);
	uint32_t next = pos;
	unsigned int depth = 0;

	if (token_at(dt, pos, &next) != TOKEN_BEGIN_NODE) {
		return "device tree: no root node";
	}
	do {
		const char *wrong = check_token(dt, token_at(dt, pos, &next), pos, &depth);

		if (wrong != NULL) {
			return wrong;
		}
		pos = next;
	} while (depth > 0);
	if (token_at(dt, skip_nops(dt, pos), &next) != TOKEN_END) {
		return "device tree: something follows the root node";
	}
	return NULL;
}

const char *dt_open(struct dt *dt, const void *blob, size_t max)
{
	const char *wrong;

	if (blob == NULL) {
		return "device tree: none was given";
	}
	*dt = (struct dt){.blob = blob};
	wrong = check_header(dt, max);
	return wrong != NULL ? wrong : check_structure(dt);
}

uint32_t dt_size(const struct dt *dt)
{
	return dt->size;
}

bool dt_reserved(const struct dt *dt, uint32_t index, uint64_t *address, uint64_t *size)
{
	uint64_t at = (uint64_t)dt->reserved + 16 * (uint64_t)index;

	if (at + 16 > dt->size) {
		return false;
	}
	*address = be64(dt->blob + at);
	*size = be64(dt->blob + at + 8);
	return *address != 0 || *size != 0;
}

/*
 * --- Nodes --------------------------------------------------------------------------------------
 */

int dt_root(const struct dt *dt)
{
	return (int)skip_nops(dt, dt->structs);
}

/*
 * The next node after 'node' in document order, and how many levels deeper (1), beside (0) or
 * higher up (negative) it is.
 */
static int step(const struct dt *dt, int node, int *levels)
{
	uint32_t pos = (uint32_t)node;
	uint32_t next = pos;
	int depth = 1;

	*levels = 0;
	if (node < 0 || token_at(dt, pos, &next) != TOKEN_BEGIN_NODE) {
		return DT_NONE;
	}
	for (;;) {
		pos = next;
		switch (token_at(dt, pos, &next)) {
		case TOKEN_BEGIN_NODE:
			*levels = depth;
			return (int)pos;
		case TOKEN_END_NODE:
			depth--;
			break;
		case TOKEN_PROP:
		case TOKEN_NOP:
			break;
		default:
			return DT_NONE;
		}
	}
}

int dt_next(const struct dt *dt, int node)
{
	int levels;

	return step(dt, node, &levels);
}

int dt_first_child(const struct dt *dt, int node)
{
	int levels;
	int next = step(dt, node, &levels);

	return next != DT_NONE && levels == 1 ? next : DT_NONE;
}

int dt_next_sibling(const struct dt *dt, int node)
{
	int depth = 0;
	int levels;

	while ((node = step(dt, node, &levels)) != DT_NONE) {
		depth += levels;
		if (depth <= 0) {
			return depth == 0 ? node : DT_NONE;
		}
	}
	return DT_NONE;
}

int dt_parent(const struct dt *dt, int node)
{
	int open[DT_MAX_DEPTH];
	int at = dt_root(dt);
	int depth = 0;
	int levels;

	/* dt_open() has seen that the nesting stays below DT_MAX_DEPTH and above zero. */
	while (at != DT_NONE && at != node && depth >= 0 && depth < DT_MAX_DEPTH) {
		open[depth] = at;
		at = step(dt, at, &levels);
		depth += levels;
	}
	return at != DT_NONE && at == node && depth > 0 ? open[depth - 1] : DT_NONE;
}

const char *dt_name(const struct dt *dt, int node)
{
	return node < 0 ? NULL : (const char *)dt->blob + node + 4;
}

/*
 * --- Properties: the rest is in fdt_prop.c ------------------------------------------------------
 */

bool dt_get(const struct dt *dt, int node, const char *name, struct dt_prop *prop)
{
	uint32_t pos = (uint32_t)node;
	uint32_t next = pos;
	enum fdt_token token;

	if (node < 0 || token_at(dt, pos, &next) != TOKEN_BEGIN_NODE) {
		return false;
	}
	for (;;) {
		int64_t found;

		pos = next;
		token = token_at(dt, pos, &next);
		if (token == TOKEN_NOP) {
			continue;
		}
		if (token != TOKEN_PROP) {
			return false;
		}
		found = prop_name(dt, pos);
		if (found >= 0 && string_equal((const char *)dt->blob + found, name)) {
			prop->data = dt->blob + pos + 12;
			prop->len = be32(dt->blob + pos + 4);
			return true;
		}
	}
}
