/* The rows of the knob pane: knobs of the training except those of inactive losses and
 * augmentations, or on a page of their own those of the display. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_KNOBLIST_H
#define RETORT_UI_KNOBLIST_H

#include "retort/ui/scene.h"

#define KNOBLIST_MOST 256

/* Fill `out` with indices into knob_table, ascending; the selected knob, pending knobs and those
 * under a ramp are always included. Returns how many. */
int knoblist_make(const struct scene *s, int out[KNOBLIST_MOST]);

/* Select a knob, and the page that it is on. */
void knoblist_select(struct scene *s, int knob);

/* Show the other page, with its first knob selected. */
void knoblist_turn(struct scene *s);

/* Describe a knob in a line: "lr, 0 to 1e+09, default 0.003: Learning rate ...", or with its
 * choices. Returns buf. */
const char *knoblist_describe(const struct scene *s, int knob, char *buf, size_t size);

/* Of `rows` under the heading, those at the end that describe the selected knob. */
int knoblist_help_rows(int rows);

/* The row of a knob; -1 where it is not listed. */
int knoblist_row(const struct scene *s, int knob);

/* The knob of a row, clamped to the list. */
int knoblist_at(const struct scene *s, int row);

#endif
