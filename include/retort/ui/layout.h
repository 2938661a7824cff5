/* Where everything stands: a size and a scene give rectangles that never overlap. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_LAYOUT_H
#define RETORT_UI_LAYOUT_H

#include "retort/ui/scene.h"

#define LAYOUT_PANES 16

struct layout_rect {
	int x, y, width, height; /* cells; height 0: not there */
};

struct layout {
	bool one_line; /* too small for anything else */
	struct layout_rect status;
	struct layout_rect folded; /* the knobs in a line, where there is no right side */
	struct layout_rect events; /* the last changes, newest first */
	struct layout_rect hints;  /* what keys do; candidates while the prompt is open */
	struct layout_rect prompt; /* the prompt, a question, or the last message */
	struct layout_rect rule;   /* between left and right: one column */
	struct layout_rect base;   /* under the panes: one row */
	struct layout_rect pane[LAYOUT_PANES]; /* by index in the pane table */
};

/* Indices in the pane table, the order of panes.def. */
enum layout_pane {
#define PANE(id) LAYOUT_##id,
#include "retort/ui/panes.def"
};

/* The first of n rows that shows in `rows`, with the chosen one in sight. */
int layout_first(int chosen, int rows, int n);

/*
 * Any size from 1x1. When rows or columns are missing, panes go in this order: log, map, teachers,
 * terms, the lower plot; then rule, events and hints; then the plot. A pane with the focus that has
 * no place gets all of it, like a zoomed one.
 */
void layout_make(const struct scene *s, int width, int height, struct layout *l);

#endif
