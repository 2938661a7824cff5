/* The rows of the knob pane: all knobs except those of inactive losses and augmentations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_KNOBLIST_H
#define RETORT_UI_KNOBLIST_H

#include "retort/ui/scene.h"

#define KNOBLIST_MOST 256

/* Fill `out` with indices into knob_table, ascending; the selected knob, pending knobs and those
 * under a ramp are always included. Returns how many. */
int knoblist_make(const struct scene *s, int out[KNOBLIST_MOST]);

/* The row of a knob; -1 where it is not listed. */
int knoblist_row(const struct scene *s, int knob);

/* The knob of a row, clamped to the list. */
int knoblist_at(const struct scene *s, int row);

#endif
