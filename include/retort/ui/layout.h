/* The layout of the screen: rectangles that do not overlap, from a size and a scene. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_LAYOUT_H
#define RETORT_UI_LAYOUT_H

#include "retort/ui/scene.h"

/* Indices into pane_table, in the order of panes.def. */
enum layout_pane {
#define PANE(id) LAYOUT_##id,
#include "retort/ui/panes.def"
	LAYOUT_PANES,
};

struct layout_rect {
	int x, y, width, height; /* cells; height 0: not shown */
};

struct layout {
	bool one_line;                         /* too small for panes: one line of status only */
	struct layout_rect status;             /* status line */
	struct layout_rect folded;             /* knobs in one row, where there is no right side */
	struct layout_rect events;             /* last markers, newest first */
	struct layout_rect hints;              /* key hints; candidates while the prompt is open */
	struct layout_rect prompt;             /* prompt, question, or last message */
	struct layout_rect rule;               /* one column between left and right side */
	struct layout_rect base;               /* one row under the panes */
	struct layout_rect pane[LAYOUT_PANES]; /* by enum layout_pane */
};

/* The plot of a pane: 0 upper, 1 lower, 2 third; of panes without a plot 0. The pane of a plot. */
int layout_plot(int pane);
int layout_plot_pane(int plot);

/* The first visible row of a list of n in a window of `rows`, with row `chosen` visible. */
int layout_first(int chosen, int rows, int n);

/*
 * Lay out a screen of any size from 1x1. Without room, panes are omitted in this order: log, map,
 * teachers, third plot, terms, lower plot; then rule, events and hints; then the upper plot. A
 * focused pane that would be omitted takes the whole body, like a zoomed one. The map editor takes
 * the lower left part of a large screen, the body of a small one.
 */
void layout_make(const struct scene *s, int width, int height, struct layout *l);

#endif
