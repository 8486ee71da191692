/* SPDX-License-Identifier: MIT */
/*
 * TLB shootdown against a TLB in software: each CPU remembers the value of a page until it is
 * told to flush. A value older than the last flush that has returned is a stale translation.
 */
#include "tests/conform/suite.h"

#define PAGES 32
#define PAGE UINT64_C(4096)

static struct tlb_mm spaces[2];
static _Atomic uint64_t table[2][PAGES];    /* the page table: only grows */
static _Atomic uint64_t floor_of[2][PAGES]; /* at least this, says the last flush that returned */
static _Atomic uint64_t stale;
static _Atomic uint64_t stop;

static struct {
	_Alignas(CROSSCALL_CACHE_LINE) uint64_t value[2][PAGES]; /* 0: not remembered */
} soft_tlb[CROSSCALL_NR_CPUS];

static void flush_soft(const struct tlb_mm *mm, uintptr_t start, uintptr_t end)
{
	unsigned int cpu = port_smp_processor_id();
	uintptr_t last = end == 0 ? PAGES : end / PAGE;

	for (uintptr_t page = start / PAGE; page < last && page < PAGES; page++) {
		soft_tlb[cpu].value[mm->id][page] = 0;
	}
}

static const struct tlb_ops soft_ops = {
	.flush_local = flush_soft,
	.page_size = PAGE,
	.max_pages = 8,
};

/*
 * Uses a page of the loaded space as a program would. Interrupts masked for the length of the
 * access.
 */
static void use_page(unsigned int space, unsigned int page)
{
	/* acquire: pairs with the release in change_page() */
	uint64_t least = atomic_load_explicit(&floor_of[space][page], memory_order_acquire);
	unsigned long state = port_local_irq_save();
	uint64_t *entry = &soft_tlb[port_smp_processor_id()].value[space][page];

	if (*entry == 0) {
		*entry = atomic_load_explicit(&table[space][page], memory_order_acquire);
	}
	if (*entry < least) {
		atomic_fetch_add_explicit(&stale, 1, memory_order_relaxed);
	}
	port_local_irq_restore(state);
}

static void load_space(struct tlb_mm *mm)
{
	unsigned long state = port_local_irq_save();

	tlb_switch_mm(mm);
	port_local_irq_restore(state);
}

static void nap_lazily(void)
{
	unsigned long state = port_local_irq_save();

	tlb_enter_lazy();
	port_local_irq_restore(state);
	machine->pause();
	state = port_local_irq_save();
	tlb_leave_lazy();
	port_local_irq_restore(state);
}

static void use_pages(void *arg)
{
	uint64_t random = random_seed(port_smp_processor_id());
	unsigned int space = 0;

	(void)arg;
	load_space(&spaces[space]);
	while (atomic_load_explicit(&stop, memory_order_relaxed) == 0) {
		uint64_t dice = random_next(&random);

		if (dice % 64 == 0) {
			space = 1 - space;
			load_space(&spaces[space]);
		} else if (dice % 64 == 1) {
			nap_lazily();
		}
		use_page(space, (unsigned int)(dice >> 8) % PAGES);
	}
	load_space(NULL);
}

static void change_page(unsigned int space, unsigned int page, uint64_t *random)
{
	uint64_t value =
		atomic_fetch_add_explicit(&table[space][page], 1, memory_order_relaxed) + 1;
	int err;

	switch (random_next(random) % 4) {
	case 0:
		err = flush_tlb_all(&spaces[space]);
		break;
	case 1:
		err = flush_tlb_range(&spaces[space], 0, PAGES * PAGE);
		break;
	default:
		err = flush_tlb_page(&spaces[space], page * PAGE + 8);
		break;
	}
	check_ret(err, 0, "a flush");
	/* release: pairs with the acquire in use_page() */
	atomic_store_explicit(&floor_of[space][page], value, memory_order_release);
	progress();
}

static bool begin_tlb(void)
{
	if (!machine->own_tlb) {
		skip("the machine has address spaces of its own");
		return false;
	}
	check_ret(tlb_init(NULL), -EINVAL, "no operations");
	check_ret(tlb_init(&soft_ops), 0, "tlb_init()");
	check_ret(tlb_set_method(TLB_BY_FIRMWARE), -EOPNOTSUPP, "a method that is not there");
	for (unsigned int space = 0; space < 2; space++) {
		tlb_mm_init(&spaces[space], space);
		for (unsigned int page = 0; page < PAGES; page++) {
			atomic_store_explicit(&table[space][page], 1, memory_order_relaxed);
			atomic_store_explicit(&floor_of[space][page], 0, memory_order_relaxed);
		}
	}
	atomic_store_explicit(&stale, 0, memory_order_relaxed);
	atomic_store_explicit(&stop, 0, memory_order_relaxed);
	return true;
}

static void test_no_stale_use(void)
{
	uint64_t random = random_seed(5);
	struct tlb_stats stats = {0};

	if (!begin_tlb()) {
		return;
	}
	for (unsigned int i = 1; i < nr_cpus; i++) {
		start_on(cpus[i], use_pages, NULL);
	}
	for (unsigned int i = 0; i < 400; i++) {
		change_page(i % 2, (unsigned int)random_next(&random) % PAGES, &random);
	}
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	for (unsigned int i = 1; i < nr_cpus; i++) {
		finish_on(cpus[i]);
	}
	check_eq(stale, 0, "uses of a stale translation");
	check_ret(tlb_stats_read(COORDINATOR, &stats), 0, "tlb_stats_read()");
	check(stats.asked != 0, "somebody was asked to flush");
}

static void use_one(void *arg)
{
	load_space(&spaces[0]);
	use_page(0, 3);
	if (arg != NULL) {
		nap_lazily();
	}
}

static void drop_space(void *arg)
{
	(void)arg;
	load_space(NULL);
}

/* The oracle itself: without a flush the old translation is really used. */
static void test_oracle(void)
{
	unsigned int target = cpus[1];

	if (!begin_tlb()) {
		return;
	}
	run_on(target, use_one, NULL);
	atomic_store_explicit(&table[0][3], 2, memory_order_relaxed);
	atomic_store_explicit(&floor_of[0][3], 2, memory_order_release);
	run_on(target, use_one, NULL);
	check_eq(stale, 1, "stale uses without a flush");
	check_ret(flush_tlb_page(&spaces[0], 3 * PAGE), 0, "a flush");
	run_on(target, use_one, NULL);
	check_eq(stale, 1, "stale uses after the flush");
	run_on(target, drop_space, NULL);
	check_ret(flush_tlb_page(&spaces[0], UINTPTR_MAX), 0, "the last page there is");
	check_ret(flush_tlb_range(&spaces[0], UINTPTR_MAX - 1, UINTPTR_MAX), 0, "its end");
	check_ret(flush_tlb_range(&spaces[0], PAGE, PAGE), -EINVAL, "an empty range");
	check_ret(flush_tlb_range(NULL, 0, PAGE), -EINVAL, "no address space");
	check_ret(flush_tlb_all(NULL), -EINVAL, "no address space");
}

static void go_lazy(void *arg)
{
	unsigned long state;

	(void)arg;
	load_space(&spaces[0]);
	use_page(0, 3);
	state = port_local_irq_save();
	tlb_enter_lazy();
	port_local_irq_restore(state);
}

static void come_back(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	tlb_leave_lazy();
	port_local_irq_restore(state);
	use_page(0, 3);
	load_space(NULL);
}

/* A lazy CPU is passed over, and flushes what it missed before it uses the address space again. */
static void test_lazy(void)
{
	struct tlb_stats before = {0};
	struct tlb_stats after = {0};
	unsigned int target = cpus[1];

	if (!begin_tlb()) {
		return;
	}
	run_on(target, go_lazy, NULL);
	check_ret(tlb_stats_read(COORDINATOR, &before), 0, "tlb_stats_read()");
	atomic_store_explicit(&table[0][3], 2, memory_order_relaxed);
	check_ret(flush_tlb_page(&spaces[0], 3 * PAGE), 0, "a flush");
	check_ret(tlb_stats_read(COORDINATOR, &after), 0, "tlb_stats_read()");
	check_eq(after.lazy - before.lazy, 1, "lazy CPUs passed over");
	check_eq(after.asked - before.asked, 0, "CPUs that were asked");
	atomic_store_explicit(&floor_of[0][3], 2, memory_order_release);
	run_on(target, come_back, NULL);
	check_eq(stale, 0, "stale uses of a CPU that was lazy");
}

static void flush_masked(void *arg)
{
	unsigned long state = port_local_irq_save();

	(void)arg;
	tlb_switch_mm(&spaces[0]);
	for (unsigned int i = 0; i < 20; i++) {
		check_ret(flush_tlb_page(&spaces[0], i * PAGE), 0, "a flush, interrupts masked");
		progress();
	}
	tlb_switch_mm(NULL);
	port_local_irq_restore(state);
}

/* Everybody shoots at everybody with interrupts masked: the waiters serve. */
static void test_masked(void)
{
	if (begin_tlb()) {
		run_on_all(flush_masked, NULL);
	}
}

const struct conform_test conform_tlb_tests[] = {
	{"tlb: a stale translation is seen without a flush", test_oracle, 2},
	{"tlb: a lazy CPU is passed over, and catches up", test_lazy, 2},
	{"tlb: no stale translation after a flush, under load", test_no_stale_use, 2},
	{"tlb: everybody flushes with interrupts masked", test_masked, 1},
	{NULL, NULL, 0},
};
