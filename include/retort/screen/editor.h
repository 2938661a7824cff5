/* The map editor: a matrix of layers, edits pending until they are applied as one change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SCREEN_EDITOR_H
#define RETORT_SCREEN_EDITOR_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/screen/canvas.h"
#include "retort/screen/scene.h"

/* The editor is wanted, and there are a teacher and a student to map. */
bool editor_is_open(const struct scene *s);

/* The pair of hidden states as mapped now, or NULL; those of attention maps and values are shown, not edited. */
const struct lab_map *editor_mapped(const struct scene *s, int teacher, int t_layer, int s_layer);

/* The weight of a pair as mapped now; < 0: not mapped. */
double editor_weight(const struct scene *s, int teacher, int t_layer, int s_layer);

/* The pending edit of a pair, or NULL. */
const struct scene_edit *editor_pending(const struct scene *s, int teacher, int t_layer, int s_layer);

/*
 * Make `weight` pending for the cell under the cursor, < 0 off; what is mapped already leaves
 * nothing pending. -1: impossible, and why.
 */
int editor_edit(struct scene *s, double weight, struct err *e);

/*
 * One `map` line for all that is pending, into `line`; nothing is pending afterwards. Edits of
 * layers that are gone are dropped.
 */
void editor_apply(struct scene *s, struct text *line);

/* Draw the editor over the whole area. */
void editor_draw(const struct scene *s, struct canvas_area a);

/* Draw the matrix small, or, where it does not fit, a list of what is mapped. */
void editor_overview(const struct scene *s, struct canvas_area a, int teacher);

#endif
