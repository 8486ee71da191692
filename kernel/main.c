/* SPDX-License-Identifier: MIT */
#include <crosscall/cpu.h>
#include <crosscall/latency.h>

#include <asm/cpu.h>

#include "kernel/arch.h"
#include "kernel/bench/bench.h"
#include "kernel/bringup.h"
#include "kernel/churn.h"
#include "kernel/conform.h"
#include "kernel/console.h"
#include "kernel/doorbell.h"
#include "kernel/ipi_ops.h"
#include "kernel/memory.h"
#include "kernel/params.h"
#include "kernel/result.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"
#include "kernel/shell.h"
#include "kernel/shutdown.h"
#include "kernel/stress.h"
#include "kernel/table.h"
#include "kernel/timer.h"
#include "kernel/vm.h"

/* What the firmware may call a device tree at most; more is taken for rubbish. */
#define DT_MAX_SIZE (2U << 20)

static struct dt tree;

static void stop_if(const char *why)
{
	if (why != NULL) {
		give_up(why);
	}
}

static void library_init(void)
{
	unsigned int nr = nr_numbered();
	size_t size = CROSSCALL_MEMORY_SIZE(nr);
	void *memory = memory_reserve(size, CROSSCALL_CACHE_LINE);

	if (memory == NULL || crosscall_init(nr, memory, size, &kernel_ipi_ops) != 0) {
		give_up("the library cannot start");
	}
	ipi_latency_enable(true);
}

/* What was asked for on top of the self-check. */
static void run_options(void)
{
	if (params.rest != 0) {
		selfcheck_rest(params.rest);
	}
	if (params.tick_broadcast) {
		selfcheck_tick();
	}
	if (params.hotplug != 0) {
		selfcheck_moves(true);
		selfcheck_stays();
		selfcheck_nomads_begin();
		churn(params.hotplug);
		selfcheck_nomads_end();
	}
	if (params.threads != 0) {
		stress(params.threads, params.seconds);
	}
}

static void run(void)
{
	if (params.conform) {
		conform_all();
		return;
	}
	if (params.bench) {
		bench_all();
		return;
	}
	if (params.park != NULL && params.batch) {
		selfcheck_parked();
	}
	if (params.check) {
		selfcheck_all();
	}
	run_options();
	table_print(params.batch);
	if (!params.batch) {
		rescue_start();
		shell_run();
	}
}

void kernel_main(hwid_t boot_hwid, const void *dtb)
{
	percpu_init_boot(arch_cpu_hwid(boot_hwid.id)); /* this CPU is number 0 from now on */
	stop_if(dt_open(&tree, dtb, DT_MAX_SIZE));     /* all that is known of the machine */
	console_init(&tree);			       /* its UART instead of the firmware's */
	stop_if(arch_init(&tree));		       /* the clock, and the way to power off */
	arch_cpu_init();
	printk("\ncrosscall: reference kernel, %s, boot CPU is %s %lu\n", arch_name, arch_hwid_name,
	       (unsigned long)boot_percpu.hwid.id);
	if (!params_read(&tree)) { /* after the console: it complains */
		give_up("the command line cannot be used");
	}
	stop_if(memory_init(&tree)); /* before the first CPU needs a stack */
	bringup_number(&tree);	     /* which CPUs to try */
	library_init();		     /* for so many */
	doorbell_choose(&tree);	     /* needs the numbers, and the library */
	if (!vm_init()) {	     /* shootdowns need the numbers too */
		give_up("the translations cannot be kept right");
	}
	if (!sched_init()) {
		give_up("no memory for the idle thread");
	}
	if (!task_pool_reserve(nr_numbered())) {
		give_up("no memory for threads");
	}
	bringup_start();   /* each goes online, interrupts masked */
	bringup_release(); /* all have come: interrupts on */
	sched_activate(this_cpu()->cpu);
	run();
	shutdown_others();
	result_exit();
}
