/* SPDX-License-Identifier: MIT */
#include <crosscall/errno.h>

#include "irqchip/sbi_window.h"

static bool occurs_twice(const hwid_t *hart, unsigned int nr_cpus)
{
	for (unsigned int a = 0; a < nr_cpus; a++) {
		for (unsigned int b = a + 1; b < nr_cpus; b++) {
			if (hart[a].id == hart[b].id) {
				return true;
			}
		}
	}
	return false;
}

int sbi_windows_check(const hwid_t *hart, unsigned int nr_cpus)
{
	if (hart == NULL || nr_cpus == 0) {
		return -EINVAL;
	}
	if (nr_cpus > CROSSCALL_NR_CPUS) {
		return -ERANGE;
	}
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		/* All ones as a base means every hart there is, other kernels' included. */
		if (hart[cpu].id >= ~0UL) {
			return -EINVAL;
		}
	}
	return occurs_twice(hart, nr_cpus) ? -EINVAL : 0;
}

/* The smallest hart id above 'above' (or at all, when 'first'); false when there is none. */
static bool next_hart(const hwid_t *hart, unsigned int nr_cpus, bool first, unsigned long above,
		      unsigned long *next)
{
	bool found = false;

	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		unsigned long id = (unsigned long)hart[cpu].id;

		if ((first || id > above) && (!found || id < *next)) {
			*next = id;
			found = true;
		}
	}
	return found;
}

/* Puts every hart of the window that starts at 'base' into it. */
static void fill_window(struct sbi_windows *w, const hwid_t *hart, unsigned long base)
{
	for (unsigned int cpu = 0; cpu < w->nr_cpus; cpu++) {
		unsigned long id = (unsigned long)hart[cpu].id;

		if (id >= base && id - base < SBI_WINDOW_BITS) {
			w->window[cpu] = (uint16_t)w->nr_windows;
			w->bit[cpu] = (uint8_t)(id - base);
		}
	}
}

/*
 * Greedy from the lowest id: each window starts at the lowest hart not covered yet. No set of
 * windows can do with fewer, since that hart needs one, and none that covers it reaches further
 * up.
 */
int sbi_windows_build(struct sbi_windows *w, const hwid_t *hart, unsigned int nr_cpus)
{
	int err = w == NULL ? -EINVAL : sbi_windows_check(hart, nr_cpus);

	if (err != 0) {
		return err;
	}
	w->nr_cpus = nr_cpus;
	w->nr_windows = 0;
	unsigned long base = 0;
	bool more = next_hart(hart, nr_cpus, true, 0, &base);

	while (more) {
		unsigned long last =
			base > ~0UL - (SBI_WINDOW_BITS - 1) ? ~0UL : base + (SBI_WINDOW_BITS - 1);

		fill_window(w, hart, base);
		w->base[w->nr_windows++] = base;
		more = next_hart(hart, nr_cpus, false, last, &base);
	}
	return 0;
}

bool sbi_windows_next(const struct sbi_windows *w, struct cpumask *left, unsigned long *base,
		      unsigned long *hart_mask, struct cpumask *taken)
{
	unsigned int first = cpumask_next_below(0, w->nr_cpus, left);

	cpumask_clear(taken);
	*hart_mask = 0;
	if (first >= w->nr_cpus) {
		cpumask_clear(left);
		return false;
	}
	unsigned int window = w->window[first];

	for (unsigned int cpu = first; cpu < w->nr_cpus;
	     cpu = cpumask_next_below(cpu + 1, w->nr_cpus, left)) {
		if (w->window[cpu] == window) {
			*hart_mask |= 1UL << w->bit[cpu];
			cpumask_set_cpu(cpu, taken);
			cpumask_clear_cpu(cpu, left);
		}
	}
	*base = w->base[window];
	return true;
}
