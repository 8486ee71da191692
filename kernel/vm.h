/* SPDX-License-Identifier: MIT */
/*
 * Address spaces beside the kernel's own map: pages at SPACE_BASE and above, which only the CPUs
 * see that have loaded the space. Each belongs to the library's shootdowns.
 */
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#include <stdbool.h>
#include <stdint.h>

#include <crosscall/tlb.h>

#include "kernel/pagetable.h"

struct vm_space {
	struct tlb_mm tlb;
	struct pagetable table;
};

/* Nobody writes through a space: the kernel writes to the frame itself. */
enum vm_access {
	VM_KERNEL_READS,
	VM_USER_READS,
	VM_USER_RUNS,
};

/*
 * Takes the library's shootdowns into use, by the method that params.tlb names. False after a line
 * that says why it cannot. The boot CPU, no other online.
 */
bool vm_init(void);

/* The method of params.tlb once more, after another was tried. As vm_init(). */
bool vm_choose_method(void);

/*
 * An address space without pages. False, after a line that says so, when there is no memory; it is
 * never given back. The boot CPU.
 */
bool vm_create(struct vm_space *space);

/*
 * The page at 'address' is this frame from now on, whatever it was before. Who has the space loaded
 * may use what was there until a flush_tlb_page() that comes later returns. 'frame' is a page of
 * the kernel's memory; null: no page. False when there is no memory for a table, which only the
 * boot CPU may need: the first page of each 2 MiB.
 */
bool vm_map(struct vm_space *space, uintptr_t address, const void *frame, enum vm_access access);

/* The running thread sees 'space' from now on, wherever it runs; null: none. Interrupts masked. */
void vm_load(struct vm_space *space);

/* The scheduler's part: this CPU loads the space of the thread that comes. Interrupts masked. */
void vm_switch(struct vm_space *space);

#endif
