/* Panes: rectangles of the screen with a title, keys of their own, and a draw function. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PANE_H
#define RETORT_UI_PANE_H

#include <stddef.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

struct pane {
	const char *name; /* "loss": `view pane loss`, and the context of its key bindings */
	const char *title;
	const char *doc;   /* one sentence, shown by ? */
	const char *hints; /* keys of its own, for the line of hints */
	/* Draws all of `area`; pure: the same scene, the same cells. Any size from 1x1. */
	void (*draw)(const struct scene *s, struct canvas_area area);
};

/* In the order of panes.def: the order of Tab. */
#define PANE(id) extern const struct pane pane_##id;
#include "retort/ui/panes.def"
extern const struct pane *const pane_table[];
extern const size_t pane_count;

const char *pane_name(size_t i); /* NULL past the last */
int pane_find(const char *name); /* index, or -1 */

/* Draw the whole screen: status line, panes, hints, message, prompt; whatever fits. */
void pane_draw_all(const struct scene *s, struct canvas *c);

/* A pane's title in its first row, lit when it has the focus, and a rule after it. Returns the
 * column after the title. */
int pane_heading(const struct scene *s, struct canvas_area a, int pane, const char *title);

/* A few words at the right end of the heading, where there is room: names of columns, what of how
 * many is seen. */
void pane_note(struct canvas_area a, const char *note);

/* The name of a knob or metric in so many columns: where it is longer, "dkd-temperature" is
 * "dkd-T", and others keep their last word: "backtra-rate". Returns buf. */
const char *pane_brief(const char *name, int width, char *buf, size_t size);

/* A bar of `width` cells from (x, y), `part` of it filled, 0..1. */
void pane_meter(const struct scene *s, struct canvas_area a, int x, int y, int width, double part,
		enum canvas_look look);

#endif
