/* SPDX-License-Identifier: MIT */
#include "kernel/shell.h"

#include <stdbool.h>
#include <string.h>

#include "kernel/commands.h"
#include "kernel/console.h"
#include "kernel/editor.h"

/* Cuts the line into words. Returns how many there are, which may be more than fit. */
static unsigned int split(char *line, char *words[MAX_WORDS])
{
	unsigned int nr = 0;

	while (*(line += strspn(line, " ")) != '\0') {
		char *end = line + strcspn(line, " ");

		if (nr < MAX_WORDS) {
			words[nr] = line;
		}
		nr++;
		if (*end == '\0') {
			break;
		}
		*end = '\0';
		line = end + 1;
	}
	return nr;
}

static void print_help(void)
{
	unsigned long state = console_lock();

	for (const struct command *c = commands; c->name != NULL; c++) {
		printk("  %-9s %-27s %s\n", c->name, c->arguments, c->help);
	}
	printk("  %-9s %-27s %s\n", "help", "", "this list");
	printk("  %-9s %-27s %s\n", "quit", "", "stop all CPUs and power off");
	console_unlock(state);
}

static const struct command *find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0) {
			return c;
		}
	}
	return NULL;
}

/* True for a word that stands alone; otherwise a line says that it has to. */
static bool is_alone(const char *word, unsigned int nr)
{
	if (nr > 1) {
		printk("%s takes no arguments\n", word);
	}
	return nr == 1;
}

static void run_command(char *const words[MAX_WORDS], unsigned int nr)
{
	const struct command *command = find(words[0]);

	if (command == NULL) {
		printk("%s: no such command; \"help\" lists them\n", words[0]);
	} else if (command->most == 0) {
		if (is_alone(words[0], nr)) {
			command->run(words);
		}
	} else if (nr - 1 < command->least || nr - 1 > command->most) {
		printk("usage: %s %s\n", command->name, command->arguments);
	} else {
		command->run(words);
	}
}

void shell_run(void)
{
	printk("\nType \"help\" for the commands.\n");
	for (;;) {
		char *words[MAX_WORDS] = {NULL};
		unsigned int nr = split(editor_read("crosscall> "), words);

		if (nr == 0) {
			continue;
		}
		if (strcmp(words[0], "quit") == 0) {
			if (is_alone(words[0], nr)) {
				return;
			}
		} else if (strcmp(words[0], "help") == 0) {
			if (is_alone(words[0], nr)) {
				print_help();
			}
		} else {
			run_command(words, nr);
		}
	}
}
