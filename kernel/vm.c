/* SPDX-License-Identifier: MIT */
#include "kernel/vm.h"

#include <string.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/memory.h"
#include "kernel/params.h"
#include "kernel/sched/sched.h"

static const struct {
	const char *name;
	enum tlb_method method;
} methods[] = {
	{"ipi", TLB_BY_IPI},
	{"firmware", TLB_BY_FIRMWARE},
	{"broadcast", TLB_BY_BROADCAST},
};

static unsigned long nr_spaces;

bool vm_init(void)
{
	if (tlb_init(arch_tlb_ops()) != 0) {
		printk("crosscall: no TLB shootdowns: the architecture's table is no good\n");
		return false;
	}
	return vm_choose_method();
}

bool vm_choose_method(void)
{
	for (unsigned int i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(params.tlb, methods[i].name) != 0) {
			continue;
		}
		if (tlb_set_method(methods[i].method) == 0) {
			return true;
		}
		printk("crosscall: tlb=%s: this machine cannot do that\n", params.tlb);
		return false;
	}
	printk("crosscall: tlb=%s: no such way; there are: ipi, firmware, broadcast\n", params.tlb);
	return false;
}

static uint64_t *new_table(void)
{
	return memory_reserve(PAGE_BYTES, PAGE_BYTES);
}

bool vm_create(struct vm_space *space)
{
	uint64_t *root = nr_spaces < SPACE_MOST ? new_table() : NULL;

	if (root == NULL) {
		return false;
	}
	nr_spaces++;
	tlb_mm_init(&space->tlb, nr_spaces);
	space->table = (struct pagetable){.root = root, .new_table = new_table};
	return true;
}

static uint64_t attrs_of(enum vm_access access)
{
	switch (access) {
	case VM_USER_RUNS:
		return MAP_USER_TEXT;
	case VM_USER_READS:
		return MAP_USER_CONSTANTS;
	default:
		return MAP_SPACE_CONSTANTS;
	}
}

bool vm_map(struct vm_space *space, uintptr_t address, const void *frame, enum vm_access access)
{
	uint64_t *entry = pagetable_entry(&space->table, address);

	if (entry == NULL) {
		return false;
	}
	pte_publish(entry,
		    frame == NULL ? 0 : pte_leaf((uint64_t)(uintptr_t)frame, attrs_of(access), 0));
	return true;
}

void vm_load(struct vm_space *space)
{
	current_task()->space = space;
	vm_switch(space);
}

void vm_switch(struct vm_space *space)
{
	/* Off the old tables before the library says that this CPU no longer uses them. */
	arch_load_space(NULL, 0);
	tlb_switch_mm(space == NULL ? NULL : &space->tlb);
	if (space != NULL) {
		arch_load_space(space->table.root, space->tlb.id);
	}
}
