/* View actions: changes of the display; they never affect training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_H
#define RETORT_UI_VIEW_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* A row of session/cmd/views.def: `view NAME [ARGUMENT]`. */
struct view_action {
	const char *name; /* "zoom-in" */
	/*
	 * Run the action. A command that it stands for is appended to `line`: a nudge becomes "set
	 * temperature 5", Enter in the map editor one "map ..." line. Returns 0, or -1 and an
	 * error.
	 */
	int (*exec)(struct scene *s, const char *argument, struct text *line, struct err *e);
};

extern const struct view_action view_table[];
extern const size_t view_count;

const char *view_name(size_t i); /* NULL past the last */

/* Find an action by name. NULL and an error, which suggests a similar name. */
const struct view_action *view_find(const char *name, struct err *e);

/* Run an action by name; `argument` may be "". Returns 0, or -1 and an error. */
int view_do(struct scene *s, const char *name, const char *argument, struct text *line,
	    struct err *e);

#endif
