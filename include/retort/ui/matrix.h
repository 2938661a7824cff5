/* The layer map, drawn: the editor's matrix with what is known of a pair, and the small one beside
 * the plots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MATRIX_H
#define RETORT_UI_MATRIX_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/* Draw the editor over the whole area. It must be open. */
void matrix_draw(const struct scene *s, struct canvas_area a);

/*
 * Draw the matrix of a teacher small, or, where it does not fit, a list of what is mapped. "10a" is
 * a weight on attention, "10v" on values; "0.5+" says that there is another pair of the same
 * layers.
 */
void matrix_overview(const struct scene *s, struct canvas_area a, int teacher);

#endif
