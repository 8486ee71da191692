/* SPDX-License-Identifier: MIT */
/* All of the public interface. */
#ifndef CROSSCALL_CROSSCALL_H
#define CROSSCALL_CROSSCALL_H

#include <crosscall/config.h>
#include <crosscall/cpu.h>
#include <crosscall/cpumask.h>
#include <crosscall/errno.h>
#include <crosscall/idle.h>
#include <crosscall/ipi.h>
#include <crosscall/ipi_mux.h>
#include <crosscall/irq_context.h>
#include <crosscall/irq_domain.h>
#include <crosscall/irq_work.h>
#include <crosscall/irqchip.h>
#include <crosscall/latency.h>
#include <crosscall/parking.h>
#include <crosscall/port.h>
#include <crosscall/resched.h>
#include <crosscall/smp_call.h>
#include <crosscall/stall.h>
#include <crosscall/stats.h>
#include <crosscall/stop.h>
#include <crosscall/tick_broadcast.h>
#include <crosscall/tlb.h>
#include <crosscall/wait_state.h>

#endif
