/* SPDX-License-Identifier: MIT */
/*
 * A page that one CPU has read is moved to another frame by a second CPU. Until the shootdown the
 * first still reads the old frame: that is the control, without which the rest shows nothing.
 *
 * The entry goes from one frame to the other at once, not through nothing in between: both frames
 * are only read through it, and old or new is just what is looked at.
 */
#include <crosscall/cpu.h>

#include <asm/cpu.h>
#include <asm/irqflags.h>

#include "kernel/arch.h"
#include "kernel/console.h"
#include "kernel/idle.h"
#include "kernel/memory.h"
#include "kernel/result.h"
#include "kernel/sched/call_on_cpu.h"
#include "kernel/sched/sched.h"
#include "kernel/selfcheck.h"
#include "kernel/selfcheck_tlb.h"

#define MOST_PAIRS 16

/* Who has done what; each step is one CPU's turn. */
enum step {
	STEP_START,
	STEP_READ,     /* reader: read it, has masked interrupts */
	STEP_MOVED,    /* mover: the entry names the other frame */
	STEP_READ_OLD, /* reader: read it again, has enabled interrupts */
	STEP_SHOT,     /* mover: the shootdown has returned */
};

struct move {
	_Atomic uint32_t step;
	uint64_t before;   /* read by the reader before the move, */
	uint64_t between;  /* between it and the shootdown, */
	uint64_t after;	   /* and after the shootdown */
	uint64_t by_mover; /* by the other CPU, after */
	int error;
};

/* One method's sum. */
struct tally {
	unsigned int pairs;
	unsigned int old_between;
	unsigned int old_after;
};

struct vm_space tlb_space;
static uint64_t *frames[NR_FRAMES];

bool tlb_page_moves(unsigned int page, unsigned int frame)
{
	return vm_map(&tlb_space, TLB_PAGE(page), frames[frame], VM_KERNEL_READS);
}

uint64_t tlb_page_read(unsigned int page)
{
	return *(const volatile uint64_t *)TLB_PAGE(page);
}

static void set_step(struct move *move, enum step step)
{
	/* Release, paired with the acquire in step_of(). */
	atomic_store_explicit(&move->step, step, memory_order_release);
}

static enum step step_of(struct move *move)
{
	return (enum step)atomic_load_explicit(&move->step, memory_order_acquire);
}

static bool has_read(void *move)
{
	return step_of(move) == STEP_READ;
}

static bool has_read_old(void *move)
{
	return step_of(move) == STEP_READ_OLD;
}

static bool has_shot(void *move)
{
	return step_of(move) == STEP_SHOT;
}

/*
 * Neither sleeps nor takes interrupts: nothing but the two reads may happen between them, so that
 * the translation of the first is still there for the second.
 */
static void spin_until_moved(struct move *move)
{
	uint64_t start = arch_clock_ns();

	while (step_of(move) != STEP_MOVED && arch_clock_ns() - start < patience_ns()) {
		cpu_relax();
	}
}

static int reader(void *arg)
{
	struct move *move = arg;
	unsigned long state;

	preempt_disable(); /* else its translations go when it sleeps */
	state = local_irq_save();

	vm_load(&tlb_space);
	move->before = tlb_page_read(0);
	set_step(move, STEP_READ);
	spin_until_moved(move);
	move->between = tlb_page_read(0);
	set_step(move, STEP_READ_OLD);
	local_irq_restore(state);
	wait_until(has_shot, move, patience_ns());
	state = local_irq_save();
	move->after = tlb_page_read(0);
	vm_load(NULL);
	local_irq_restore(state);
	preempt_enable();
	return 0;
}

/* It uses the page too, so its own translation has to go as well. */
static int mover(void *arg)
{
	struct move *move = arg;
	unsigned long state;

	preempt_disable(); /* flush_tlb_page() waits */
	state = local_irq_save();

	vm_load(&tlb_space);
	(void)tlb_page_read(0);
	local_irq_restore(state);
	wait_until(has_read, move, patience_ns());
	tlb_page_moves(0, FRAME_NEW);
	set_step(move, STEP_MOVED);
	wait_until(has_read_old, move, patience_ns());
	move->error = flush_tlb_page(&tlb_space.tlb, TLB_PAGE(0));
	move->by_mover = tlb_page_read(0);
	set_step(move, STEP_SHOT);
	state = local_irq_save();
	vm_load(NULL);
	local_irq_restore(state);
	preempt_enable();
	return 0;
}

static bool run_both(unsigned int by, unsigned int at, struct move *move)
{
	struct cpu_call moves;
	struct cpu_call reads;

	return cpu_call_start(&reads, at, reader, move) == 0 &&
	       cpu_call_start(&moves, by, mover, move) == 0 &&
	       cpu_call_wait(&moves, patience_ns()) == 0 &&
	       cpu_call_wait(&reads, patience_ns()) == 0;
}

static void move_page(unsigned int by, unsigned int at, struct tally *tally)
{
	struct move move = {.error = 0};

	tlb_page_moves(0, FRAME_OLD);
	if (!result_check(run_both(by, at, &move), "cpu %u and cpu %u do not move a page", by,
			  at)) {
		give_up("a CPU does not do what it was given");
	}
	tally->pairs++;
	tally->old_between += move.between == FRAME_OLD;
	tally->old_after += move.after != FRAME_NEW;
	result_check(move.error == 0, "the shootdown by cpu %u returned %d", by, move.error);
	result_check(move.before == FRAME_OLD, "cpu %u read %lu before a page was moved", at,
		     (unsigned long)move.before);
	result_check(move.after == FRAME_NEW,
		     "cpu %u read the old page after the shootdown by cpu %u", at, by);
	result_check(move.by_mover == FRAME_NEW, "cpu %u read the old page after its own shootdown",
		     by);
}

/* All pairs, or where they are too many each of some CPUs with one other. */
static void move_between_cpus(const char *how)
{
	unsigned int nr = num_online_cpus();
	unsigned int step = nr * (nr - 1) <= MOST_PAIRS ? 1 : (nr + MOST_PAIRS - 1) / MOST_PAIRS;
	unsigned int partners = nr * (nr - 1) <= MOST_PAIRS ? nr - 1 : 1;
	struct tally tally = {.pairs = 0};
	struct cpumask online;
	unsigned int by;
	unsigned int turn = 0;

	cpumask_copy_online(&online);
	for_each_cpu(by, &online) {
		unsigned int at = by;

		for (unsigned int i = 0; turn % step == 0 && i < partners; i++) {
			at = cpumask_next(at, &online);
			at = at < CROSSCALL_NR_CPUS ? at : cpumask_first(&online);
			move_page(by, at, &tally);
		}
		turn++;
	}
	result_check(tally.old_between > 0, "no CPU kept a translation that nobody shot down");
	printk("  page moved, by %-9s %7u pairs, %u read the old one before the shootdown, %u "
	       "after\n",
	       how, tally.pairs, tally.old_between, tally.old_after);
}

static bool prepare(void)
{
	bool done = vm_create(&tlb_space);

	for (unsigned int i = 0; done && i < NR_FRAMES; i++) {
		frames[i] = memory_reserve(PAGE_BYTES, PAGE_BYTES);
		done = frames[i] != NULL;
		if (done) {
			*frames[i] = i;
		}
	}
	for (unsigned int page = 0; done && page < NR_TLB_PAGES; page++) {
		done = tlb_page_moves(page, FRAME_OLD);
	}
	return done;
}

void selfcheck_tlb(void)
{
	static const struct {
		const char *name;
		enum tlb_method method;
	} methods[] = {{"ipi", TLB_BY_IPI},
		       {"firmware", TLB_BY_FIRMWARE},
		       {"broadcast", TLB_BY_BROADCAST}};

	if (num_online_cpus() < 2) {
		printk("  TLB shootdowns: need two CPUs\n");
		return;
	}
	if (!result_check(prepare(), "no memory for an address space")) {
		return;
	}
	for (unsigned int i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (tlb_set_method(methods[i].method) == 0) {
			move_between_cpus(methods[i].name);
		}
	}
	crosscall_ignore(tlb_set_method(TLB_BY_IPI));
	selfcheck_tlb_generations();
	(void)vm_choose_method();
}
