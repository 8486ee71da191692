/* SPDX-License-Identifier: MIT */
/* Where assembly finds the fields of struct percpu; percpu.c asserts that C agrees. */
#ifndef KERNEL_PERCPU_OFFSETS_H
#define KERNEL_PERCPU_OFFSETS_H

#define PERCPU_STACK_TOP 0   /* the first stack pointer, 16-byte aligned */
#define PERCPU_STACK_LIMIT 8 /* a trap that finds sp below this is a stack overflow */
#define PERCPU_SCRATCH 16    /* two words for trap entry, the architecture's own */
#define PERCPU_SCRATCH2 24
#define PERCPU_KERNEL_SP 32 /* while in user mode: what the stack pointer is to be in a trap */

#define STACK_SIZE 16384 /* bytes, guard included */
#define STACK_GUARD                                                                                \
	1024 /* its lowest part: a pattern, and room for the frame of the trap that finds out */

#endif
