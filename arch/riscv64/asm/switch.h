/* SPDX-License-Identifier: MIT */
/* What kernel/riscv64/switch.S keeps on the stack of a thread that does not run. */
#ifndef ASM_SWITCH_H
#define ASM_SWITCH_H

#define SWITCH_FRAME_SIZE 112 /* ra, s0 to s11; a multiple of 16, as the stack must be */
#define SWITCH_ENTRY 0	      /* where it goes on: ra */

#endif
