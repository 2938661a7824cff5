/* The map editor: what is mapped, and edits that are pending until they are applied as one change.
 * matrix.h draws it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_EDITOR_H
#define RETORT_UI_EDITOR_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* Where an edit names a pair, its weight is not looked at. */

/* The editor is wanted, and there are a teacher and a student to map. */
bool editor_is_open(const struct scene *s);

/* The pair of a cell of the matrix, on what is shown, with what it has or is to have; weight < 0:
 * not mapped. */
struct scene_edit editor_cell(const struct scene *s, int row, int column);

/* The pair as mapped now, or NULL. */
const struct lab_map *editor_mapped(const struct scene *s, const struct scene_edit *x);

/* The next map after `after` (NULL: the first) of the same two layers on another tap; NULL where
 * there is no more. */
const struct lab_map *editor_other_map(const struct scene *s, const struct scene_edit *x,
				       const struct lab_map *after);

/* The weight of a pair as mapped now; < 0: not mapped. */
double editor_weight(const struct scene *s, const struct scene_edit *x);

/* The pending edit of a pair, or NULL. */
const struct scene_edit *editor_pending(const struct scene *s, const struct scene_edit *x);

/* The lab may have changed since an edit was made: both layers are still there. */
bool editor_has_layers(const struct scene *s, const struct scene_edit *x);

/* The lab has changed: the cursor goes back to layers that are there. */
void editor_follow(struct scene *s);

/*
 * What a pair is or would be, as the lab sees it: compared as it says, as now, or, not mapped, by
 * hidden's loss or the first of the table that can. -1: it cannot be, and why.
 */
int editor_fit(const struct scene *s, const struct scene_edit *x, struct lab_map *m, struct err *e);

/*
 * Make `weight` pending for the cell under the cursor, < 0 off; what is mapped already leaves
 * nothing pending. -1: impossible, and why.
 */
int editor_edit(struct scene *s, double weight, struct err *e);

/* Show what comes next of hidden, attention, value. -1: there is no attention in one of the two. */
int editor_turn_tap(struct scene *s, struct err *e);

/*
 * Make the next loss that can compare the cell under the cursor pending, or what comes next of the
 * projections that its loss can take; a cell that is not mapped is to be, with weight 1. -1: there
 * is no other, or nothing fits.
 */
int editor_turn_match(struct scene *s, struct err *e);
int editor_turn_through(struct scene *s, struct err *e);

/* CKA of the layers of a pair, as last computed; NAN: not known. */
double editor_cka(const struct scene *s, const struct scene_edit *x);

/*
 * One `map` line for all that is pending, into `line`; nothing is pending afterwards. Edits of
 * layers that are gone, or of pairs that cannot be any more, are dropped.
 */
void editor_apply(struct scene *s, struct text *line);

#endif
