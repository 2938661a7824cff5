/* View actions: what changes how things look and nothing that is trained. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_H
#define RETORT_UI_VIEW_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* One row of the table: `view NAME [ARGUMENT]`. */
struct view_action {
	const char *name;     /* "next-pane", "zoom-in", "log-y", "edit-weight" */
	const char *argument; /* what it takes, "" nothing: "METRIC", "PANE", "N" */
	const char *doc;      /* one sentence */
	/* Does it. A command that should now be given (a nudge becomes "set temperature 5", Enter
	   in the map editor becomes one "map ..." line) is put in `line`. 0, or -1 and an error. */
	int (*exec)(struct scene *s, const char *argument, struct text *line, struct err *e);
};

extern const struct view_action view_table[];
extern const size_t view_count;

const char *view_name(size_t i); /* NULL past the last */

/* By name, or NULL with an error that says what is near. */
const struct view_action *view_find(const char *name, struct err *e);

/* Find and do: `argument` may be "". The error names what is near. */
int view_do(struct scene *s, const char *name, const char *argument, struct text *line,
	    struct err *e);

#endif
