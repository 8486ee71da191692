/* SPDX-License-Identifier: MIT */
#include "kernel/editor.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/console.h"
#include "kernel/idle.h"

#define LINE_SIZE 80
#define HISTORY_SIZE 16
#define POLL_NS 10000000ULL

enum key {
	KEY_CTRL_C = 0x03,
	KEY_BACKSPACE = 0x08,
	KEY_CTRL_L = 0x0c,
	KEY_CTRL_U = 0x15,
	KEY_ESCAPE = 0x1b,
	KEY_DELETE = 0x7f,
	/* Beyond bytes: */
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_OTHER,
};

static struct {
	const char *prompt;
	char line[LINE_SIZE];
	size_t len;
	unsigned int breaks; /* console_breaks() when the line was drawn */
	char history[HISTORY_SIZE][LINE_SIZE];
	unsigned int
		newest; /* how many lines went into the history; the newest is in slot newest - 1 */
	unsigned int back; /* how many lines back the arrows are; 0: a new line */
} editor;

static void draw(void)
{
	unsigned long state = console_lock();

	/* To the start of the line, and clear from there. */
	console_write("\r\033[K");
	console_write(editor.prompt);
	console_write(editor.line);
	editor.breaks = console_breaks();
	console_unlock(state);
}

/* The next byte; meanwhile draws the line anew when somebody's output has broken it. */
static int next_byte(void)
{
	int byte;

	while ((byte = console_getc()) < 0) {
		if (editor.breaks != console_breaks()) {
			draw();
		}
		idle(POLL_NS);
	}
	return byte;
}

static bool is_control(int byte)
{
	return byte < ' ' || byte == KEY_DELETE;
}

/*
 * Terminals send arrows as ESC [ A or ESC O A; other sequences end at their first letter. What does
 * not go on with one is a key of its own: an Escape by itself takes no other key with it.
 */
static int escape_sequence(void)
{
	int byte = next_byte();

	if (byte != '[' && byte != 'O') {
		return byte;
	}
	do {
		byte = next_byte();
	} while (byte >= ' ' && byte < '@');
	switch (byte) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	default:
		return is_control(byte) ? byte : KEY_OTHER;
	}
}

static int next_key(void)
{
	int key = next_byte();

	while (key == KEY_ESCAPE) {
		key = escape_sequence();
	}
	return key;
}

static void set_line(const char *text)
{
	snprintf(editor.line, sizeof(editor.line), "%s", text);
	editor.len = strlen(editor.line);
	draw();
}

static void go_back(unsigned int back)
{
	unsigned int oldest = editor.newest < HISTORY_SIZE ? editor.newest : HISTORY_SIZE;

	if (back > oldest) {
		return;
	}
	editor.back = back;
	set_line(back == 0 ? "" : editor.history[(editor.newest - back) % HISTORY_SIZE]);
}

/* What comes now is a new line. */
static void drop_line(void)
{
	editor.back = 0;
	set_line("");
}

static void erase(void)
{
	if (editor.len > 0) {
		editor.line[--editor.len] = '\0';
		console_write("\b \b");
	}
}

static void insert(int key)
{
	if (key >= ' ' && key < KEY_DELETE && editor.len < LINE_SIZE - 1) {
		const char echo[2] = {(char)key, '\0'};

		editor.line[editor.len++] = (char)key;
		editor.line[editor.len] = '\0';
		console_write(echo);
	}
}

/* False when the key ends the line. */
static bool edit(int key)
{
	switch (key) {
	case '\r':
	case '\n':
		console_write("\n");
		return false;
	case KEY_CTRL_C:
		console_write("^C\n");
		drop_line();
		break;
	case KEY_CTRL_U:
		drop_line();
		break;
	case KEY_CTRL_L:
		draw();
		break;
	case KEY_BACKSPACE:
	case KEY_DELETE:
		erase();
		break;
	case KEY_UP:
		go_back(editor.back + 1);
		break;
	case KEY_DOWN:
		if (editor.back != 0) { /* below the new line is nothing */
			go_back(editor.back - 1);
		}
		break;
	default:
		insert(key);
	}
	return true;
}

/* Neither empty lines nor the same line twice in a row. */
static void remember(void)
{
	const char *last = editor.history[(editor.newest - 1) % HISTORY_SIZE];

	if (editor.len > 0 && (editor.newest == 0 || strcmp(last, editor.line) != 0)) {
		memcpy(editor.history[editor.newest % HISTORY_SIZE], editor.line, LINE_SIZE);
		editor.newest++;
	}
}

char *editor_read(const char *prompt)
{
	editor.prompt = prompt;
	drop_line();
	while (edit(next_key())) {
	}
	remember();
	return editor.line;
}
