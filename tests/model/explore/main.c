/* SPDX-License-Identifier: MIT */
/* The explorer's command line. Prints TAP; exit status 1 when a scenario fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/model/explore/explore.h"

void *keep(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

static void usage(void)
{
	fprintf(stderr,
		"usage: explore [-p PREEMPTIONS] [-s STALE] [-x NAME] [-w SITE HALF] [-f] [-l]\n"
		"  -p N        preemptions in one execution (2)\n"
		"  -s N        reads of an old value in one execution (1)\n"
		"  -x NAME     only the scenarios whose name begins with NAME\n"
		"  -w SITE H   the access at SITE without H: acquire, release, or seq_cst\n"
		"  -f          end after the first scenario that fails\n"
		"  -l          print the sites at the end\n");
	exit(2);
}

/* All executions of one scenario. Returns what went wrong, or null. */
static const char *explore(const struct scenario *scenario, unsigned long *executions)
{
	const char *failure = NULL;

	path_reset();
	*executions = 0;
	if (!machine_boot(scenario)) {
		return "the machine does not boot";
	}
	memory_save(1);
	do {
		memory_put_back(1);
		memory_reset();
		machine_reset(scenario);
		path_restart();
		(*executions)++;
		failure = schedule_run(scenario);
	} while (failure == NULL && path_next());
	return failure;
}

static const struct scenario *const sets[] = {
	work_scenarios, cpu_scenarios,	 tlb_scenarios,	    call_scenarios,
	wait_scenarios, sleep_scenarios, balance_scenarios,
};

/* 'only' is the beginning of a name, or null; 'first': not past the first that fails. */
static bool explore_set(const struct scenario *set, const char *only, bool first,
			unsigned int *number)
{
	bool good = true;

	for (const struct scenario *each = set; each->name != NULL && (good || !first); each++) {
		unsigned long executions;

		if (only != NULL && strncmp(only, each->name, strlen(only)) != 0) {
			continue;
		}
		memory_put_back(0);
		const char *failure = explore(each, &executions);

		printf("%s %u - %s: %lu executions%s%s\n", failure == NULL ? "ok" : "not ok",
		       ++*number, each->name, executions, failure == NULL ? "" : ", ",
		       failure == NULL ? "" : failure);
		fflush(stdout);
		good = good && failure == NULL;
	}
	return good;
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	bool list_sites = false;
	bool first = false;
	unsigned int number = 0;
	int status = 0;

	memory_init();
	sites_init();
	schedule_init();
	machine_init();
	path_reset();
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc) {
			bounds.preemptions = (unsigned int)atoi(argv[++i]);
		} else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
			bounds.stale = (unsigned int)atoi(argv[++i]);
		} else if (strcmp(argv[i], "-x") == 0 && i + 1 < argc) {
			only = argv[++i];
		} else if (strcmp(argv[i], "-w") == 0 && i + 2 < argc) {
			if (!sites_weaken(strtoul(argv[i + 1], NULL, 0), argv[i + 2])) {
				usage();
			}
			i += 2;
		} else if (strcmp(argv[i], "-f") == 0) {
			first = true;
		} else if (strcmp(argv[i], "-l") == 0) {
			list_sites = true;
		} else {
			usage();
		}
	}
	memory_save(0);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (!explore_set(sets[i], only, first, &number)) {
			status = 1;
			if (first) {
				break;
			}
		}
	}
	printf("1..%u\n", number);
	if (list_sites) {
		sites_print();
	}
	return status;
}
