/* Markers under the panels of a figure: letters at their steps, and a list of texts.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_MARKS_H
#define RETORT_FIGURE_FIGURE_MARKS_H

#include "retort/figure/figure_layout.h"

#define FIGURE_MARKS 40 /* markers that are named; further ones have only their line */

/* The name of a marker by its index: a..z, aa, ab ... Returns buf. */
const char *figure_marks_letter(size_t i, char buf[4]);

/*
 * The name of the markers from `i` on that are at one step, and if `owners` of one line: "c", or
 * "c-f" with a dash. Returns the index after the last of them.
 */
#define FIGURE_MARKS_GROUP 12
size_t figure_marks_group(const struct figure *f, size_t i, bool owners,
			  char buf[FIGURE_MARKS_GROUP]);

/* Lines of the markers through the panels. */
void figure_marks_lines(const struct figure_layout *l, double top, double bottom);

/* Each draws below `y` and returns the y below it. */
double figure_marks_letters(const struct figure_layout *l, double y);
double figure_marks_list(const struct figure_layout *l, double y);

#endif
