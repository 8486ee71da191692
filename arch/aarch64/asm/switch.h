/* SPDX-License-Identifier: MIT */
/* What kernel/aarch64/switch.S keeps on the stack of a thread that does not run. */
#ifndef ASM_SWITCH_H
#define ASM_SWITCH_H

#define SWITCH_FRAME_SIZE 96 /* x19 to x30; a multiple of 16, as the stack must be */
#define SWITCH_ENTRY 88	     /* where it goes on: x30 */

#endif
