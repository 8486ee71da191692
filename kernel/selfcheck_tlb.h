/* SPDX-License-Identifier: MIT */
/* What the parts of the shootdowns' self-check share. */
#ifndef KERNEL_SELFCHECK_TLB_H
#define KERNEL_SELFCHECK_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/vm.h"

/* A frame holds its own number. */
#define FRAME_OLD 1U
#define FRAME_NEW 2U
#define NR_FRAMES 3U

#define NR_TLB_PAGES 4U
#define TLB_PAGE(n) ((uintptr_t)SPACE_BASE + (n)*PAGE_BYTES)

extern struct vm_space tlb_space;

/* The page's entry names this frame from now on; no shootdown. */
bool tlb_page_moves(unsigned int page, unsigned int frame);

/* The number of the frame that this CPU finds there. It has tlb_space loaded. */
uint64_t tlb_page_read(unsigned int page);

/*
 * By IPI: lazy CPUs are passed over and flush once when they come back, ranges merge, too many
 * become a whole flush, and a request that was served already costs none. Two CPUs online.
 */
void selfcheck_tlb_generations(void);

#endif
