/* SPDX-License-Identifier: MIT */
#include "kernel/params.h"

#include <limits.h>
#include <string.h>

#include <crosscall/config.h>

#include "kernel/bench/bench.h"
#include "kernel/console.h"
#include "kernel/idle.h"

#define LINE_SIZE 1024
#define ROW_MS_MOST 60000
#define SPACES " \t\n"

struct params params = {
	.cpus = CROSSCALL_NR_CPUS,
	.doorbell = "auto",
	.tlb = "ipi",
	.tick = "none",
	.poll = "auto",
	.nmi_word = "auto",
	.check_word = "on",
	.check = true,
	.nmi = true,
	.seed = 1,
	.seconds = 10,
	.patience = 60,
	.rows = "all",
	.samples = BENCH_MOST_SAMPLES,
	.row_ms = 300,
	.spread = 1,
};

/* The words of the line, each with a NUL behind it; texts in 'params' point into it. */
static char line[LINE_SIZE];

/*
 * A word is "key" for a flag, "key=value" for the others, whichever fields of these are not null.
 */
struct word {
	const char *key;
	bool *flag;
	const char **text;
	unsigned int *number;
	unsigned int low, high;
};

static const struct word words[] = {
	{.key = "batch", .flag = &params.batch},
	{.key = "conform", .flag = &params.conform, .text = &params.only},
	{.key = "doorbell", .text = &params.doorbell},
	{.key = "tlb", .text = &params.tlb},
	{.key = "cpus", .number = &params.cpus, .low = 1, .high = CROSSCALL_NR_CPUS},
	{.key = "seed", .number = &params.seed, .low = 0, .high = INT_MAX},
	{.key = "rest", .number = &params.rest, .low = 1, .high = 3600},
	{.key = "hotplug", .number = &params.hotplug, .low = 1, .high = INT_MAX},
	{.key = "threads", .number = &params.threads, .low = 2, .high = 10000},
	{.key = "seconds", .number = &params.seconds, .low = 1, .high = 3600},
	{.key = "check", .text = &params.check_word},
	{.key = "patience", .number = &params.patience, .low = 1, .high = 3600},
	{.key = "fail-fast", .flag = &params.fail_fast},
	{.key = "park", .text = &params.park},
	{.key = "tick", .text = &params.tick},
	{.key = "poll", .text = &params.poll},
	{.key = "nmi", .text = &params.nmi_word},
	{.key = "torture", .number = &params.torture, .low = 1, .high = INT_MAX},
	{.key = "bench", .flag = &params.bench, .text = &params.rows},
	{.key = "samples", .number = &params.samples, .low = 1, .high = BENCH_MOST_SAMPLES},
	{.key = "row-ms", .number = &params.row_ms, .low = 1, .high = ROW_MS_MOST},
	{.key = "spread", .number = &params.spread, .low = 1, .high = INT_MAX},
	{.key = "csv", .flag = &params.csv},
};

bool parse_number(const char *text, unsigned int low, unsigned int high, unsigned int *value)
{
	unsigned long sum = 0;

	if (*text == '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9') {
			return false;
		}
		sum = sum * 10 + (unsigned long)(*text - '0');
		if (sum > high) {
			return false;
		}
	}
	*value = (unsigned int)sum;
	return sum >= low;
}

/*
 * Takes one word that this entry knows; 'value' is null for "key". False when the value is no good.
 */
static bool take_value(const struct word *word, const char *value)
{
	if (word->flag != NULL) {
		*word->flag = true;
	}
	if (word->text != NULL && value != NULL) {
		*word->text = value;
	}
	if (word->number != NULL &&
	    !parse_number(value != NULL ? value : "", word->low, word->high, word->number)) {
		printk("crosscall: %s=%s: not a number from %u to %u\n", word->key,
		       value != NULL ? value : "", word->low, word->high);
		return false;
	}
	return true;
}

static bool take_word(const char *text)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct word *word = &words[i];
		bool takes_value = word->text != NULL || word->number != NULL;

		if (strlen(word->key) == len && strncmp(word->key, text, len) == 0 &&
		    (value == NULL || takes_value) &&
		    (value != NULL || word->text == NULL || word->flag != NULL)) {
			return take_value(word, value);
		}
	}
	printk("crosscall: unknown word on the command line, ignored: %s\n", text);
	return true;
}

static bool is_one_of(const char *key, const char *value, const char *first, const char *second)
{
	if (strcmp(value, first) == 0 || strcmp(value, second) == 0) {
		return true;
	}
	printk("crosscall: %s=%s: neither %s nor %s\n", key, value, first, second);
	return false;
}

static bool take_choices(void)
{
	bool good = is_one_of("tick", params.tick, "none", "broadcast");

	good = is_one_of("nmi", params.nmi_word, "auto", "off") && good;
	good = is_one_of("check", params.check_word, "on", "off") && good;
	params.tick_broadcast = strcmp(params.tick, "broadcast") == 0;
	params.nmi = strcmp(params.nmi_word, "auto") == 0;
	params.check = strcmp(params.check_word, "on") == 0;
	return good;
}

static bool take_poll(void)
{
	unsigned int ns = 0;

	if (strcmp(params.poll, "auto") == 0) {
		return true;
	}
	if (strcmp(params.poll, "off") != 0 && !parse_number(params.poll, 1, INT_MAX, &ns)) {
		printk("crosscall: poll=%s: neither auto nor off nor nanoseconds from 1 to %d\n",
		       params.poll, INT_MAX);
		return false;
	}
	(void)idle_set_poll(ns);
	return true;
}

/* The suite and the benchmark are all of a run: what else is asked for would not be done. */
static bool is_one_run(void)
{
	if (params.conform && params.bench) {
		printk("crosscall: conform and bench: a run is one or the other\n");
		return false;
	}
	if ((params.conform || params.bench) && (params.rest != 0 || params.hotplug != 0 ||
						 params.threads != 0 || params.tick_broadcast)) {
		printk("crosscall: %s: a run of its own, without rest, hotplug, threads, "
		       "tick=broadcast\n",
		       params.conform ? "conform" : "bench");
		return false;
	}
	return true;
}

bool params_read(const struct dt *dt)
{
	const char *args = dt_string(dt, dt_find_path(dt, "/chosen"), "bootargs");
	bool good = true;
	char *word = line;

	if (args == NULL) {
		return true;
	}
	if (strlen(args) >= sizeof(line)) {
		printk("crosscall: the command line is longer than %d bytes\n", LINE_SIZE - 1);
		return false;
	}
	memcpy(line, args, strlen(args) + 1);
	while (*(word += strspn(word, SPACES)) != '\0') {
		char *end = word + strcspn(word, SPACES);

		if (*end != '\0') {
			*end++ = '\0';
		}
		good = take_word(word) && good;
		word = end;
	}
	good = take_choices() && good;
	good = is_one_run() && good;
	return take_poll() && good;
}
