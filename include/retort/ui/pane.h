/* Panes: parts of the screen with a title, own keys and a draw function. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PANE_H
#define RETORT_UI_PANE_H

#include <stddef.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

struct pane {
	const char *name;  /* "loss": in `view focus loss`, and context of its key bindings */
	const char *title; /* in lists */
	const char *doc;   /* one sentence, shown by ? */
	const char *hints; /* own keys for the row of hints, two blanks between entries */
	/* Draw the pane into `area`, of any size from 1x1. A function of the scene only. */
	void (*draw)(const struct scene *s, struct canvas_area area);
	/* Why the pane has nothing to show, with the command to use next; NULL: it has. The
	 * function may be NULL: it always has. */
	const char *(*empty)(const struct scene *s);
};

/* In the order of panes.def, which is that of Tab. */
#define PANE(id) extern const struct pane pane_##id;
#include "retort/ui/panes.def"
extern const struct pane *const pane_table[];
extern const size_t pane_count;

const char *pane_name(size_t i); /* NULL past the last */
int pane_find(const char *name); /* index, or -1 */

/* Why pane i has nothing to show; NULL: it has. Tab passes over empty panes. */
const char *pane_empty(const struct scene *s, int i);

/* Draw the whole screen: status line, panes, events, hints, prompt or message, as they fit. */
void pane_draw_all(const struct scene *s, struct canvas *c);

/* Draw the first row of a pane: its title, highlighted if focused, and a rule. Returns the column
 * after the title. */
int pane_heading(const struct scene *s, struct canvas_area a, int pane, const char *title);

/* Draw a note at the right end of the heading, if it fits. */
void pane_note(struct canvas_area a, const char *note);

/* Shorten the name of a knob or metric to `width` columns: "dkd-temperature" becomes "dkd-T", other
 * names keep their last word: "backtra-rate". Returns buf. */
const char *pane_brief(const char *name, int width, char *buf, size_t size);

/* Draw a bar of `width` cells at (x, y), of which `part`, 0 to 1, is filled. */
void pane_meter(const struct scene *s, struct canvas_area a, int x, int y, int width, double part,
		enum canvas_style style);

#endif
