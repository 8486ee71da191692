/* SPDX-License-Identifier: MIT */
/*
 * Shootdowns: a page is moved from its old frame to a new one, and the old frame is used for
 * something else after the flush. Whoever still reads it through an old translation finds a data
 * race, or its mark.
 */
#include <stdatomic.h>

#include <crosscall/crosscall.h>

#include "tests/model/explore/explore.h"

#define PAGE 4096
#define PAGES 10
#define OLD 0
#define NEW 1
#define FREED 7

static _Atomic unsigned int pte[PAGES]; /* which frame: read by the page walker, so relaxed */
static unsigned int frame[PAGES][2];
static unsigned int cached[MAX_CPUS][PAGES]; /* a CPU's translations: frame plus one; 0: none */
static struct tlb_mm mm;
static struct tlb_mm other_mm;

static void flush_local(const struct tlb_mm *which, uintptr_t start, uintptr_t end)
{
	unsigned int self = port_smp_processor_id();

	(void)which;
	for (unsigned int page = 0; page < PAGES; page++) {
		uintptr_t address = (uintptr_t)page * PAGE;

		if (end == 0 || (address >= start && address < end)) {
			cached[self][page] = 0;
		}
	}
}

static const struct tlb_ops ops = {.flush_local = flush_local, .page_size = PAGE, .max_pages = 16};

/* One access of user code: an interrupt comes before it or after it. */
static void use(unsigned int page)
{
	unsigned int self = port_smp_processor_id();
	unsigned long state = port_local_irq_save();

	if (cached[self][page] == 0) {
		cached[self][page] = 1 + atomic_load_explicit(&pte[page], memory_order_relaxed);
	}
	expect(frame[page][cached[self][page] - 1] != FREED, "a stale translation is used");
	port_local_irq_restore(state);
}

static void move(unsigned int page)
{
	atomic_store_explicit(&pte[page], NEW, memory_order_relaxed);
	expect(flush_tlb_page(&mm, (uintptr_t)page * PAGE) == 0, "flush_tlb_page");
	frame[page][OLD] = FREED;
}

static void load(struct tlb_mm *which)
{
	unsigned long state = port_local_irq_save();

	tlb_switch_mm(which);
	port_local_irq_restore(state);
}

static void be_lazy(bool on)
{
	unsigned long state = port_local_irq_save();

	if (on) {
		tlb_enter_lazy();
	} else {
		tlb_leave_lazy();
	}
	port_local_irq_restore(state);
}

static void check_nothing(void)
{
}

/* ---- what the setups leave ---- */

static void set_nobody(void)
{
	expect(tlb_init(&ops) == 0, "tlb_init");
	tlb_mm_init(&mm, 1);
	tlb_mm_init(&other_mm, 2);
}

/* CPU 'cpu' uses all pages. */
static void set_user(unsigned int cpu)
{
	schedule_set_cpu(cpu);
	load(&mm);
	for (unsigned int page = 0; page < PAGES; page++) {
		use(page);
	}
	schedule_set_cpu(0);
}

static void set_used_before(void)
{
	set_nobody();
	set_user(2);
	schedule_set_cpu(2);
	load(NULL);
	schedule_set_cpu(0);
}

static void set_using(void)
{
	set_nobody();
	set_user(2);
}

static void set_lazy(void)
{
	set_using();
	schedule_set_cpu(2);
	be_lazy(true);
	schedule_set_cpu(0);
}

/* CPU 2 is lazy and as far behind as the ranges reach. */
static void set_far_behind(void)
{
	set_lazy();
	for (unsigned int page = 0; page < TLB_RANGES; page++) {
		move(page);
	}
}

/* The same from the last page down: then the slot's new range lies below the old one. */
static void set_far_behind_downwards(void)
{
	set_lazy();
	for (unsigned int page = TLB_RANGES; page > 0; page--) {
		move(page);
	}
}

/* The slot that the next generation takes has held a range before; CPU 2 is lazy and up to date. */
static void set_slot_used(void)
{
	set_nobody();
	for (unsigned int page = 0; page < TLB_RANGES; page++) {
		move(page);
	}
	set_user(2);
	schedule_set_cpu(2);
	be_lazy(true);
	schedule_set_cpu(0);
}

/* CPU 2 was lazy in another space. */
static void set_lazy_elsewhere(void)
{
	set_nobody();
	schedule_set_cpu(2);
	load(&other_mm);
	be_lazy(true);
	schedule_set_cpu(0);
}

/* ---- CPU 2 ---- */

static void load_and_leave(void)
{
	load(&mm);
	use(0);
	use(1);
	load(NULL);
}

static void load_and_stay(void)
{
	load(&mm);
	use(0);
	use(0);
}

static void load_another(void)
{
	use(0);
	load(&other_mm);
	load(&mm);
	use(0);
	use(1);
}

static void be_busy(void)
{
	use(0);
	use(0);
	be_lazy(true);
}

static void be_busy_and_leave(void)
{
	use(0);
	load(NULL);
}

static void wake_up(void)
{
	be_lazy(false);
	use(0);
	use(1);
	be_lazy(true);
}

static void wake_up_far_behind(void)
{
	be_lazy(false);
	use(0);
	use(TLB_RANGES - 1);
	use(TLB_RANGES);
}

/* ---- the others ---- */

static void move_first(void)
{
	move(0);
}

static void move_second(void)
{
	move(1);
}

static void move_last(void)
{
	move(TLB_RANGES);
}

/* ---- two flushers that use the space themselves, interrupts masked ---- */

static void set_two_users(void)
{
	set_nobody();
	set_user(0);
	set_user(1);
}

static void move_masked(void)
{
	unsigned long state = port_local_irq_save();

	move(port_smp_processor_id());
	port_local_irq_restore(state);
	use(0);
	use(1);
}

/* ---- a CPU that waits for the stop of one that waits for its flush, interrupts masked ---- */

static void stop_masked(void)
{
	struct cpumask mask = cpumask_of(1);
	unsigned long state = port_local_irq_save();

	expect(smp_send_stop_mask(&mask, 1, NULL) == 0, "smp_send_stop_mask");
	port_local_irq_restore(state);
	use(1);
}

/* ---- a CPU that is stopped in the middle, and goes on later ---- */

static _Atomic unsigned int let_go;
static _Atomic unsigned int back;

static void be_stopped(void)
{
	while (atomic_load_explicit(&let_go, memory_order_relaxed) == 0) {
		port_cpu_relax();
	}
	atomic_store_explicit(&back, 1, memory_order_relaxed);
}

static void set_stoppable(void)
{
	on_stop = be_stopped;
	set_using();
}

static void use_and_be_stopped(void)
{
	use(0);
	while (atomic_load_explicit(&back, memory_order_relaxed) == 0) {
		port_cpu_relax();
	}
	use(0);
}

static void stop_and_let_go(void)
{
	struct cpumask mask = cpumask_of(2);

	expect(smp_send_stop_mask(&mask, 1, NULL) == 0, "smp_send_stop_mask");
	atomic_store_explicit(&let_go, 1, memory_order_relaxed);
}

const struct scenario tlb_scenarios[] = {
	{.name = "tlb: a CPU that loads the space",
	 .nr_cpus = 3,
	 .setup = set_used_before,
	 .cpu = {move_first, move_second, load_and_leave},
	 .check = check_nothing},
	{.name = "tlb: a CPU that loads another space",
	 .nr_cpus = 3,
	 .setup = set_using,
	 .cpu = {move_first, NULL, load_another},
	 .check = check_nothing},
	{.name = "tlb: a busy CPU",
	 .nr_cpus = 3,
	 .setup = set_using,
	 .cpu = {move_first, move_second, be_busy},
	 .check = check_nothing},
	{.name = "tlb: a CPU that leaves the space",
	 .nr_cpus = 3,
	 .setup = set_using,
	 .cpu = {move_first, NULL, be_busy_and_leave},
	 .check = check_nothing},
	{.name = "tlb: a lazy CPU",
	 .nr_cpus = 3,
	 .setup = set_lazy,
	 .cpu = {move_first, move_second, wake_up},
	 .check = check_nothing},
	{.name = "tlb: a CPU that was lazy in another space",
	 .nr_cpus = 3,
	 .setup = set_lazy_elsewhere,
	 .cpu = {move_first, NULL, load_and_stay},
	 .check = check_nothing},
	{.name = "tlb ranges: a slot used again",
	 .nr_cpus = 3,
	 .setup = set_slot_used,
	 .cpu = {move_last, NULL, wake_up_far_behind},
	 .check = check_nothing},
	{.name = "tlb ranges: a CPU far behind, downwards",
	 .nr_cpus = 3,
	 .setup = set_far_behind_downwards,
	 .cpu = {move_first, NULL, wake_up_far_behind},
	 .check = check_nothing},
	{.name = "tlb ranges: a CPU far behind",
	 .nr_cpus = 3,
	 .setup = set_far_behind,
	 .cpu = {move_last, NULL, wake_up_far_behind},
	 .check = check_nothing},
	{.name = "tlb: two flushers with interrupts masked",
	 .nr_cpus = 2,
	 .setup = set_two_users,
	 .cpu = {move_masked, move_masked},
	 .check = check_nothing},
	{.name = "tlb: a flusher and who stops it, both masked",
	 .nr_cpus = 2,
	 .setup = set_two_users,
	 .cpu = {stop_masked, move_masked},
	 .check = check_nothing},
	{.name = "tlb: a CPU stopped and let go",
	 .nr_cpus = 3,
	 .preemptions = 1,
	 .setup = set_stoppable,
	 .cpu = {move_first, stop_and_let_go, use_and_be_stopped},
	 .check = check_nothing},
	{0},
};
