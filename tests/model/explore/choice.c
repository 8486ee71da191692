/* SPDX-License-Identifier: MIT */
/*
 * Depth-first search without states: an execution is its list of choices. The next one repeats
 * all of them but
 * the last that had another option.
 */
#include "tests/model/explore/explore.h"

#define MAX_CHOICES 8192

struct path {
	unsigned int length;
	unsigned int position;
	struct {
		uint8_t taken;
		uint8_t options;
	} choice[MAX_CHOICES];
};

static struct path *path;

void path_reset(void)
{
	if (path == NULL) {
		path = keep(sizeof(*path));
	}
	path->length = 0;
	path->position = 0;
}

void path_restart(void)
{
	path->position = 0;
}

/* 0 to options - 1; 0 first. */
unsigned int choose(unsigned int options)
{
	if (options < 2) {
		return 0;
	}
	if (path->position == path->length) {
		if (path->length == MAX_CHOICES) {
			explore_fail("too many choices in one execution");
		}
		path->choice[path->length].taken = 0;
		path->choice[path->length].options = (uint8_t)options;
		path->length++;
	}
	return path->choice[path->position++].taken;
}

/* Option 0 is free, the others take one from the budget. Returns whether another one was chosen. */
bool choose_costly(unsigned int *budget, unsigned int options, unsigned int *chosen)
{
	*chosen = *budget == 0 ? 0 : choose(options);
	if (*chosen == 0) {
		return false;
	}
	(*budget)--;
	return true;
}

/* Makes the path that of the next execution. False: there is none. */
bool path_next(void)
{
	while (path->length > 0) {
		if (path->choice[path->length - 1].taken + 1 <
		    path->choice[path->length - 1].options) {
			path->choice[path->length - 1].taken++;
			return true;
		}
		path->length--;
	}
	return false;
}
