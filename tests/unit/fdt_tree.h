/* SPDX-License-Identifier: MIT */
/* A device tree, made by libfdt, with what a machine's tree has. */
#ifndef TESTS_UNIT_FDT_TREE_H
#define TESTS_UNIT_FDT_TREE_H

#include <stddef.h>
#include <stdint.h>

#define MAX_BLOB (2 * 1024 * 1024)

extern uint8_t blob[MAX_BLOB];

/* Writes it into 'blob'. Returns its size. */
size_t write_tree(void);

/* A node's begin and end, while libfdt writes sequentially. */
void begin_node(const char *name);
void end_node(void);

#endif
