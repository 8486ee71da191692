/* SPDX-License-Identifier: MIT */
#include "kernel/conform.h"

#include <crosscall/ipi.h>

#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/idle.h"
#include "kernel/ipi_ops.h"
#include "kernel/panic.h"
#include "kernel/params.h"
#include "kernel/result.h"

/*
 * One look at a mailbox by each of many CPUs must not keep the host busy: the more, the more
 * seldom.
 */
#define PAUSE_NS 100000ULL
#define PAUSE_PER_CPU_NS 20000ULL
#define TICK_NS 1000000000ULL

static void put_line(const char *line)
{
	printk("%s\n", line);
}

/* Not idle(): that would take the need_resched flags that the suite is about to look at. */
static void pause(void)
{
	local_irq_disable();
	sleep_masked(PAUSE_NS + PAUSE_PER_CPU_NS * nr_numbered());
	arch_timer_set(TICK_NS);
	local_irq_enable();
}

static void bailed_out(void)
{
	give_up("the conformance suite bailed out");
}

void conform_timer(void)
{
	if (params.conform) {
		conform_tick();
		arch_timer_set(TICK_NS);
	}
}

void conform_all(void)
{
	static struct conform_machine machine; /* workers may look at it once more */

	if (!result_check(conform_count(params.only) != 0,
			  "conform=%s: no test has that in its name", params.only)) {
		return;
	}
	machine = (struct conform_machine){
		.name = arch_name,
		.doorbell = doorbell(),
		.kinds = 1U << IPI_RESCHEDULE | 1U << IPI_TIMER | 1U << IPI_PING,
		.empty_kind = IPI_EMPTY,
		.coalesces = doorbell_coalesces(),
		.can_stop = true,
		.own_tlb = true, /* the self-check, which is left out, alone uses address spaces */
		.put_line = put_line,
		.pause = pause,
		.catch_panic = catch_panic,
		.give_up = bailed_out,
	};
	/* One that is NMI-like gets through to a CPU that the suite keeps masked. */
	if (!doorbell()->nmi) {
		machine.kinds |= 1U << IPI_CPU_BACKTRACE;
	}
	struct conform_options options = {
		.only = params.only,
		.seed = params.seed,
		.torture = params.torture,
		.limit_ns = patience_ns(),
		.fail_fast = params.fail_fast,
	};
	int failed = conform_run(&machine, &options);

	result_check(failed == 0, "conformance: %d tests failed", failed);
}
