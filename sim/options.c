/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/options.h"

#define DEFAULT_CPUS 4
#define NS_PER_S UINT64_C(1000000000)

static const char usage[] =
	"usage: sim-conform [--cpus N] [--doorbell mux|direct] [--only TEXT] [--seed N]\n"
	"                   [--limit SECONDS] [--torture ROUNDS] [--fail-fast]\n"
	"                   [--drop K] [--delay K] [--repeat K]\n"
	"K: one ring in K is lost, comes late, comes twice\n";

static int complain(const char *option, const char *what)
{
	(void)fprintf(stderr, "sim-conform: %s: %s\n", option, what);
	return 2;
}

/* A decimal number from 'least' to 'most' and nothing else. */
static int number(const char *option, const char *text, uint64_t least, uint64_t most,
		  uint64_t *value)
{
	uint64_t n = 0;

	if (*text == '\0') {
		return complain(option, "needs a number");
	}
	for (const char *c = text; *c != '\0'; c++) {
		unsigned int digit = (unsigned int)(*c - '0');

		if (digit > 9) {
			return complain(option, "needs a decimal number");
		}
		if (n > (UINT64_MAX - digit) / 10) {
			return complain(option, "the number is out of range");
		}
		n = n * 10 + digit;
	}
	if (n < least || n > most) {
		(void)fprintf(stderr, "sim-conform: %s: %s is not in %llu to %llu\n", option, text,
			      (unsigned long long)least, (unsigned long long)most);
		return 2;
	}
	*value = n;
	return 0;
}

static int set_number(const char *name, const char *text, uint64_t least, uint64_t most,
		      unsigned int *value)
{
	uint64_t n = 0;
	int err = number(name, text, least, most, &n);

	*value = err == 0 ? (unsigned int)n : *value;
	return err;
}

static int set_doorbell(struct sim_options *options, const char *text)
{
	options->direct = strcmp(text, "direct") == 0;
	return options->direct || strcmp(text, "mux") == 0
		       ? 0
		       : complain("--doorbell", "must be mux or direct");
}

static int set_limit(struct sim_options *options, const char *text)
{
	uint64_t seconds = 0;
	int err = number("--limit", text, 1, 86400, &seconds);

	options->suite.limit_ns = seconds * NS_PER_S;
	return err;
}

/* A run of no test would pass. */
static int set_only(struct sim_options *options, const char *text)
{
	if (conform_count(text) == 0) {
		(void)fprintf(stderr, "sim-conform: --only: no test has '%s' in its name\n", text);
		return 2;
	}
	options->suite.only = text;
	return 0;
}

static int set_option(struct sim_options *options, const char *name, const char *text)
{
	const struct {
		const char *name;
		unsigned int *value;
		uint64_t least;
		uint64_t most;
	} numbers[] = {
		{"--cpus", &options->cpus, 1, CROSSCALL_NR_CPUS},
		{"--torture", &options->suite.torture, 1, 1000000000},
		{"--drop", &options->faults.drop, 1, 1000000000},
		{"--delay", &options->faults.delay, 1, 1000000000},
		{"--repeat", &options->faults.repeat, 1, 1000000000},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			return set_number(name, text, numbers[i].least, numbers[i].most,
					  numbers[i].value);
		}
	}
	if (strcmp(name, "--doorbell") == 0) {
		return set_doorbell(options, text);
	}
	if (strcmp(name, "--seed") == 0) {
		return number(name, text, 0, UINT64_MAX, &options->suite.seed);
	}
	if (strcmp(name, "--limit") == 0) {
		return set_limit(options, text);
	}
	return set_only(options, text);
}

static bool is_known(const char *name)
{
	static const char *const names[] = {"--cpus", "--doorbell", "--only",
					    "--seed", "--limit",    "--torture",
					    "--drop", "--delay",    "--repeat"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

int sim_parse_options(struct sim_options *options, int argc, char **argv)
{
	*options = (struct sim_options){.cpus = DEFAULT_CPUS, .suite.seed = 1};
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0) {
			(void)fputs(usage, stdout);
			exit(0);
		}
		if (strcmp(argv[i], "--fail-fast") == 0) {
			options->suite.fail_fast = true;
			i--;
			continue;
		}
		if (!is_known(argv[i])) {
			return complain(argv[i], "unknown option (see --help)");
		}
		if (i + 1 == argc) {
			return complain(argv[i], "needs a value");
		}
		int err = set_option(options, argv[i], argv[i + 1]);

		if (err != 0) {
			return err;
		}
	}
	return 0;
}
