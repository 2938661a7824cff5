/* Movement: selection and scrolling, cursor and range of steps of the plots, search. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MOVE_H
#define RETORT_UI_MOVE_H

#include "retort/base/err.h"
#include "retort/ui/scene.h"

/* The pane that receives keys (enum layout_pane): help or map editor if open, else the focused one.
 */
int move_target(const struct scene *s);

/* Move by columns and rows in the pane that receives keys: selection, scroll position, cursor of
 * the plot, or cell of the editor. */
void move_by(struct scene *s, int dx, int dy);
/* Move by a page, up (-1) or down (1); in a plot by a tenth of the steps. */
void move_page(struct scene *s, int direction);
/* Move to the first (-1) or last (1) row, or step. */
void move_end(struct scene *s, int direction);

/* Handle a click at cell (x, y) of a screen of width x height: focus the pane and select the row.
 */
void move_click(struct scene *s, int x, int y, int width, int height);

/* Change the range of steps: scale it by a factor around the cursor or the newest step; shift it by
 * a part of its width. move_zoom_at keeps a step in its column. */
void move_zoom(struct scene *s, double factor);
void move_zoom_at(struct scene *s, double factor, uint32_t step);
void move_pan(struct scene *s, double part);

/* Move the cursor to the next (1) or previous (-1) marker and show its text. -1 and an error where
 * there is none. */
int move_to_mark(struct scene *s, int direction, struct err *e);

/* Move to the next (1) or previous (-1) line with the search text, in the help page, the log or the
 * knobs. -1 and an error where there is none. */
int move_find(struct scene *s, int direction, struct err *e);

#endif
