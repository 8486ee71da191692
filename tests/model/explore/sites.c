/* SPDX-License-Identifier: MIT */
/*
 * The accesses of the code that have an order, by the address of the call: for the gate that takes
 * each half of each away in turn.
 */
#include <stdio.h>
#include <string.h>

#include "tests/model/explore/explore.h"
#include "tests/model/explore/memory.h"

#define MAX_SITES 256

struct site {
	uintptr_t address;
	bool has[NR_HALVES];
};

struct sites {
	unsigned int nr;
	struct site site[MAX_SITES];
	uintptr_t weak;
	enum half weak_half;
};

static const char *const names[NR_HALVES] = {"acquire", "release", "seq_cst"};
static struct sites *sites;

void sites_init(void)
{
	sites = keep(sizeof(*sites));
}

bool sites_weaken(uintptr_t site, const char *half)
{
	for (unsigned int i = 0; i < NR_HALVES; i++) {
		if (strcmp(half, names[i]) == 0) {
			sites->weak = site;
			sites->weak_half = (enum half)i;
			return true;
		}
	}
	return false;
}

static void note(uintptr_t address, enum half half)
{
	unsigned int i = 0;

	while (i < sites->nr && sites->site[i].address != address) {
		i++;
	}
	if (i == MAX_SITES) {
		explore_fail("too many sites");
		return;
	}
	sites->site[i].address = address;
	sites->site[i].has[half] = true;
	sites->nr = i == sites->nr ? i + 1 : sites->nr;
}

static bool asks_for(enum half half, int order, enum access_kind kind)
{
	bool both = order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;

	switch (half) {
	case ACQUIRE:
		return kind != STORE && (both || order == __ATOMIC_ACQUIRE);
	case RELEASE:
		return kind != LOAD && (both || order == __ATOMIC_RELEASE);
	default:
		return order == __ATOMIC_SEQ_CST;
	}
}

bool site_has(uintptr_t address, enum half half, int order, enum access_kind kind)
{
	if (!asks_for(half, order, kind)) {
		return false;
	}
	note(address, half);
	return address != sites->weak || half != sites->weak_half;
}

void sites_print(void)
{
	for (unsigned int i = 0; i < sites->nr; i++) {
		for (unsigned int half = 0; half < NR_HALVES; half++) {
			if (sites->site[i].has[half]) {
				printf("%#lx %s\n", (unsigned long)sites->site[i].address,
				       names[half]);
			}
		}
	}
}
