/* The map editor, drawn: a matrix of teacher layers by student layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MATRIX_H
#define RETORT_UI_MATRIX_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/* Draw the editor over the whole area. The editor must be open. */
void matrix_draw(const struct scene *s, struct canvas_area a);

#endif
