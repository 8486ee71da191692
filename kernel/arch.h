/* SPDX-License-Identifier: MIT */
/*
 * What an architecture gives the portable kernel, and what the portable kernel gives it.
 *
 * Besides these functions an architecture has, as inline functions:
 * <asm/cpu.h>
 *	this_cpu(), set_this_cpu(struct percpu *): the per-CPU pointer, which lives in a
 *	register (tp, TPIDR_EL1) and survives traps; cpu_relax(); wait_for_interrupt(): with
 *	interrupts masked, sleeps until one is pending, which stays pending;
 *	interrupt_pending(): whether that would return at once
 * <asm/irqflags.h>
 *	local_irq_save(), local_irq_restore(state), local_irq_enable(),
 *	local_irq_disable(), irqs_disabled(); the state is nonzero when they were enabled
 * <asm/io.h>
 *	read8(), read32(), write8(), write32() on void pointers, ordered among each other
 *	and after earlier memory accesses
 * <asm/ptrace.h>
 *	struct pt_regs, whole words; FRAME_CALLER and FRAME_RETURN: where a frame record has what,
 *	from the frame pointer. A trap makes a record of what it interrupted, unless that was user
 *	mode: it, and where a CPU starts, have the return address 0
 * and, in kernel/<arch>/, boot.S and kernel.lds, which defines _start and _end: the image's first
 * byte and the first after its bss.
 */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crosscall/irqchip.h>
#include <crosscall/tlb.h>

#include "kernel/fdt.h"
#include "kernel/percpu.h"

struct pt_regs;

/* --- Given by the portable kernel ------------------------------------------------------------ */

/*
 * The boot CPU's, static, with its stack: all others come from memory that the device tree names.
 */
extern struct percpu boot_percpu;
extern char boot_stack[STACK_SIZE];

/*
 * boot.S calls it on the boot CPU: bss cleared, this_cpu() is &boot_percpu, sp is the end of
 * boot_stack, the trap vector set, interrupts masked, and whatever atomics need switched on
 * (aarch64: the MMU and the caches). 'dtb' may be null or rubbish: that gives a line and a FAIL.
 */
_Noreturn void kernel_main(hwid_t boot_hwid, const void *dtb);

/*
 * The same for every other CPU: boot.S gets its struct percpu from the firmware (the opaque
 * argument), makes it this_cpu(), and takes sp from stack_top.
 */
_Noreturn void secondary_main(void);

/* The trap code's ways in, interrupts masked. */
void doorbell_interrupt(struct pt_regs *regs); /* the chosen doorbell's interrupt */
void timer_interrupt(struct pt_regs *regs);    /* the deadline of arch_timer_set() */

/*
 * An exception that nobody can handle: prints 'what' and the registers in one piece, the FAIL line,
 * and powers off with status 1. 'regs' may be null. Safe while the console is in use, also by this
 * CPU.
 */
_Noreturn void fatal_trap(const char *what, const struct pt_regs *regs);
_Noreturn void stack_overflow(const struct pt_regs *regs); /* on an emergency stack */

/* The same for a trap from user mode: they end the program, not the kernel. kernel/user.c. */
_Noreturn void user_call(unsigned long value); /* its system call, of which there is one */
_Noreturn void user_exception(const char *what, const struct pt_regs *regs);

/* --- Given by the architecture ---------------------------------------------------------------- */

/* "riscv64". */
extern const char arch_name[];

/*
 * One byte out before there is a UART, or when the tree names none; drops it where there is no way.
 */
void arch_early_putc(char c);

/*
 * Takes from the tree what the functions below need: clock frequency, power-off device, conduit.
 * Returns null, or a line without newline that says what is missing; the kernel then gives up.
 */
const char *arch_init(const struct dt *dt);

/*
 * Makes physical memory reachable. Both may simply be identity.
 * arch_map_io returns null when it cannot (the device is then left out); it may be called for the
 * same page again. arch_map_ram returns false when it cannot. The image and the device tree are
 * mapped already. Context: the boot CPU, before any other CPU runs.
 */
void *arch_map_io(uint64_t phys, size_t size);
bool arch_map_ram(uint64_t phys, size_t size);

/*
 * This CPU's own set-up in C, once, first thing after kernel_main's tree and in secondary_main().
 */
void arch_cpu_init(void);

/*
 * Nanoseconds since boot, never backwards, the same on all CPUs. 0 before arch_init(). Any context.
 */
uint64_t arch_clock_ns(void);

/* How often a second the clock steps. After arch_init(). Any context. */
uint64_t arch_clock_hz(void);

/*
 * Arms this CPU's timer: an interrupt is pending 'ns' from now at the latest, and wakes
 * wait_for_interrupt(). arch_timer_stop() disarms it and makes it no longer pending;
 * timer_interrupt() does that too. Context: on the CPU, interrupts masked.
 */
void arch_timer_set(uint64_t ns);
void arch_timer_stop(void);

/*
 * Null when a node of /cpus (device_type "cpu") is a CPU that the kernel can use; otherwise the
 * reason, to be printed after its number. The status property was looked at already.
 */
const char *arch_cpu_unusable(const struct dt *dt, int node);

/* A CPU's reg property is this hardware id (aarch64 drops the bits that are no affinity). */
hwid_t arch_cpu_hwid(uint64_t reg);

/* How hardware ids are called in what people read: "hart", "mpidr". */
extern const char arch_hwid_name[];

/*
 * Null when other CPUs can be started at all; otherwise why not ("the firmware has no HSM
 * extension").
 */
const char *arch_smp_unavailable(void);

/*
 * Asks the firmware to start the CPU at the architecture's secondary entry with 'cpu' as its
 * argument. Does not wait. False when the firmware did not agree: then cpu->refusal is its answer
 * in words.
 */
bool arch_cpu_start(struct percpu *cpu);

/* What the firmware says about a CPU. */
enum cpu_power {
	CPU_POWER_OFF,
	CPU_POWER_ON,
	CPU_POWER_UNKNOWN
};
enum cpu_power arch_cpu_power(hwid_t hwid);

/* False: once it is off the firmware has no way to start it again. */
bool arch_cpu_comes_back(hwid_t hwid);

/* Powers this CPU off for good, or where that fails sleeps for ever. Interrupts masked. */
_Noreturn void arch_cpu_park(void);

/* Ends the machine: 0 is success, anything else failure. If that fails, says so and parks. */
_Noreturn void arch_exit(int status);

/* Where it was interrupted. */
unsigned long arch_regs_pc(const struct pt_regs *regs);
unsigned long arch_regs_sp(const struct pt_regs *regs);
unsigned long arch_regs_fp(const struct pt_regs *regs);	  /* the frame pointer */
unsigned long arch_regs_link(const struct pt_regs *regs); /* the return address's register */

/* True when interrupts were masked there. */
bool arch_regs_masked(const struct pt_regs *regs);

/* Prints the registers with printk, whole lines. */
void arch_show_regs(const struct pt_regs *regs);

/*
 * Returns when the word may hold something else than 'value', or after some microseconds; at once
 * where the CPU has nothing to wait with but a pause. Any context.
 */
void arch_wait_on(const _Atomic uint32_t *word, uint32_t value);

/* --- Address spaces: kernel/vm.h -------------------------------------------------------------- */

/* What flushes translations here; asked once, by the boot CPU, when all CPUs have numbers. */
const struct tlb_ops *arch_tlb_ops(void);

/*
 * This CPU's walks at SPACE_BASE and above start at 'root', as address space 'id'; null: nothing
 * is there. Interrupts masked.
 */
void arch_load_space(uint64_t *root, unsigned long id);

/* --- User mode: kernel/user.c ----------------------------------------------------------------- */

/* Where a program starts. *regs is zero. */
void arch_user_regs(struct pt_regs *regs, unsigned long pc, unsigned long argument);

/*
 * Goes to user mode with these registers, and returns what arch_user_leave() is given: from a trap
 * that came from there, on the same CPU. Interrupts masked, before and after.
 */
unsigned long arch_user_enter(const struct pt_regs *regs);
_Noreturn void arch_user_leave(unsigned long value);

/* True when it was user mode that was interrupted. */
bool arch_regs_user(const struct pt_regs *regs);

/*
 * Three programs, in user.S, on pages of their own that nothing else is on. The first fills all its
 * registers, and looks at them until the word is not zero that its argument points at; it ends with
 * 0, or the number of a register that changed. The second reads the word that its argument points
 * at, and ends with it. The third uses floating point before anything else: it ends with 0 when all
 * of that holds zero, or where no program may use it, by an exception at its first instruction.
 */
extern char user_page[];
extern char user_fill[];
extern char user_read[];
extern char user_float[];

/* --- Threads: kernel/sched/ ------------------------------------------------------------------- */

struct task;

/*
 * Leaves the running thread and goes on in another, on the same CPU: stores the callee-saved
 * registers and the stack pointer (the first field of struct task), loads the other's. Returns, in
 * the thread that comes, the one that left. <asm/switch.h> says how a new thread's stack must look:
 * it goes on in arch_thread_start, which ends the chain of calls and goes to task_entry(), with the
 * one that left. Interrupts masked, before and after.
 */
struct task *arch_switch(struct task *prev, struct task *next);
extern char arch_thread_start[];

/* --- Doorbells -------------------------------------------------------------------------------- */

/* What a probe found. */
struct doorbell_probe {
	const struct doorbell *doorbell;
	/* One interrupt for all kinds: a kind on its way coalesces with every other. */
	bool coalesces;
	unsigned int max_cpus; /* how many it can serve; 0: all */
	/* What a broadcast to all other CPUs may cost in rings() at most. */
	unsigned int broadcast_rings;
	const char *no_nmi; /* why doorbell->nmi is false */
};

struct doorbell_driver {
	const char *name; /* for the option doorbell= */
	/*
	 * Finds it in the tree or the firmware and initialises it for CPUs 0 .. nr_cpus - 1 with
	 * hardware ids hwid[]. Context: the boot CPU, after crosscall_init(), no CPU online.
	 * Returns null and fills *found; otherwise a line without newline that says why not.
	 */
	const char *(*probe)(const struct dt *dt, const hwid_t *hwid, unsigned int nr_cpus,
			     struct doorbell_probe *found);
};

/* Best first: doorbell=auto takes the first that probes. */
extern const struct doorbell_driver arch_doorbells[];
extern const unsigned int arch_nr_doorbells;

#endif
