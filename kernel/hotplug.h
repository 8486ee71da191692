/* SPDX-License-Identifier: MIT */
/*
 * CPUs that leave and come back while the kernel runs.
 *
 * First its threads move to other CPUs: one that runs at the next interrupt, one that is pinned
 * there too, and is named.
 *
 * Down: the CPU leaves its idle loop, executes what its queue had accepted, closes it, and is
 * powered off by the firmware, which is asked until it says so. Up: it is started as at boot,
 * under the same number. A CPU that its firmware could not start again (aarch64, a spin table) is
 * stopped and started instead.
 *
 * Stop: the CPU is parked where it was interrupted, by IPI_CPU_STOP, and waits at its mailbox
 * without the firmware's help. Start: IPI_WAKEUP fetches it, and it goes on there.
 */
#ifndef KERNEL_HOTPLUG_H
#define KERNEL_HOTPLUG_H

#include <stdbool.h>

/*
 * Return null, or why not. Context: the boot CPU, thread context, interrupts enabled. They wait
 * for the CPU, for a bounded time. The number is one that exists.
 */
const char *cpu_down(unsigned int cpu);
const char *cpu_up(unsigned int cpu);
const char *cpu_stop_one(unsigned int cpu);
const char *cpu_restart(unsigned int cpu);

/*
 * The last two without the scheduler: its threads stand still with the CPU, also the one that it
 * was running, whichever that was. Any CPU but the one that is meant, interrupts in either state.
 */
const char *cpu_freeze(unsigned int cpu);
const char *cpu_thaw(unsigned int cpu);

/* The idle loop's part: does not return when this CPU is to leave. Thread context. */
void hotplug_leave_if_asked(void);

/* How a parked CPU sleeps: smp_park(). */
void hotplug_sleep(void);

/*
 * From now on a CPU that is stopped is powered off; parked ones are at once. The boot CPU, at the
 * end.
 */
void hotplug_begin_shutdown(void);
bool hotplug_is_shutdown(void);

#endif
