/* SPDX-License-Identifier: MIT */
/* What this kernel does on each kind of IPI. */
#ifndef KERNEL_IPI_OPS_H
#define KERNEL_IPI_OPS_H

#include <stdbool.h>

#include <crosscall/ipi.h>

/*
 * The kernel's own kind: its handler only counts, for the loopback test, the self-check and "ping".
 */
#define IPI_PING IPI_FIRST_USER

/* The first that is free for ipi_register_kind(): the self-check does. */
#define IPI_REGISTERED (IPI_FIRST_USER + 1)

/* A kind without a handler. */
#define IPI_EMPTY (NR_IPI - 1)

/*
 * What the handler of IPI_CPU_BACKTRACE does besides keeping where its CPU was
 * (kernel/backtrace.h); null: nothing. It may be NMI-like. The boot CPU, nobody sends any.
 */
typedef void (*backtrace_hook_t)(const struct pt_regs *regs);
void backtrace_hook(backtrace_hook_t hook);

extern const struct ipi_ops kernel_ipi_ops;

#endif
