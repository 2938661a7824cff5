/* Moving about: in lists, in the editor, along the steps of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MOVE_H
#define RETORT_UI_MOVE_H

#include "retort/base/err.h"
#include "retort/ui/scene.h"

/* The thing that has the attention: help page, editor, or the focused pane (enum layout_pane). */
int move_place(const struct scene *s);

/* By so many rows and columns of whatever is there: selection, scroll, cursor of the plot, cell of
 * the editor. */
void move_by(struct scene *s, int dx, int dy);
/* By a page of what is seen. */
void move_page(struct scene *s, int direction);
/* To the first (-1) or last (1) row. */
void move_end(struct scene *s, int direction);

/* The mouse at a cell of a screen of that size: focus the pane there and choose what is under the
 * pointer. */
void move_click(struct scene *s, int x, int y, int width, int height);

/* The steps shown: by a factor around the cursor or the right end; by a share of the width. */
void move_zoom(struct scene *s, double factor);
void move_pan(struct scene *s, double part);

/* The cursor to the next (1) or previous (-1) marker; says what is there. -1: none. */
int move_to_mark(struct scene *s, int direction, struct err *e);

/* The next (1) or previous (-1) line of the page, the log or the knobs with the search text; -1:
 * none. */
int move_find(struct scene *s, int direction, struct err *e);

#endif
