/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_AARCH64_WAIT_H
#define KERNEL_AARCH64_WAIT_H

#include <stdint.h>

/* This CPU's event stream, from the generic timer that ticks 'frequency' times a second. */
void wait_cpu_init(uint64_t frequency);

#endif
