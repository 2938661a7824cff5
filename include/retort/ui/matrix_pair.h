/* Below the matrix of the map editor: the pair under the cursor, and the pending edits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MATRIX_PAIR_H
#define RETORT_UI_MATRIX_PAIR_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/* Draw name, weight, loss, projection, CKA and current values of the pair under the cursor, or why
 * it cannot be mapped; in 1 to 3 rows. */
void matrix_pair_draw(const struct scene *s, struct canvas_area a);

/* Draw the pending edits in one row, as many as fit. */
void matrix_pair_pending(const struct scene *s, struct canvas_area a);

#endif
