/* The map editor: mapped pairs, and pending edits that are applied as one change. matrix.h draws
 * it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_EDITOR_H
#define RETORT_UI_EDITOR_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* A pair is named by a struct scene_edit: its teacher, layers and tap; the weight is ignored. */

/* Whether the editor is open and there are a teacher and a student to map. */
bool editor_is_open(const struct scene *s);

/* The pair of a cell of the matrix on the tap in view, with its pending or current weight, loss and
 * projection; weight < 0: not mapped. */
struct scene_edit editor_cell(const struct scene *s, int row, int column);

/* The current map of a pair, or NULL. */
const struct layer_pair *editor_mapped(const struct scene *s, const struct scene_edit *x);

/* The next map after `after` (NULL: the first) of the same two layers on another tap; NULL where
 * there is no more. */
const struct layer_pair *editor_other_map(const struct scene *s, const struct scene_edit *x,
					  const struct layer_pair *after);

/* The current weight of a pair; < 0: not mapped. */
double editor_weight(const struct scene *s, const struct scene_edit *x);

/* The pending edit of a pair, or NULL. */
const struct scene_edit *editor_pending(const struct scene *s, const struct scene_edit *x);

/* Whether both layers of an edit exist; networks may have been replaced since it was made. */
bool editor_has_layers(const struct scene *s, const struct scene_edit *x);

/* Move the cursor to existing layers after a change of networks. */
void editor_follow(struct scene *s);

/*
 * Fill *m with the pair as the lab would map it: with the edit's loss and projection if it has
 * any, else as mapped now, else with loss_hidden or the first loss that fits. -1 and an error where
 * the pair cannot be mapped.
 */
int editor_fit(const struct scene *s, const struct scene_edit *x, struct layer_pair *m,
	       struct err *e);

/*
 * Set a pending weight for the cell under the cursor; < 0: off. An edit that equals the current map
 * is removed. -1 and an error where the pair cannot be mapped.
 */
int editor_edit(struct scene *s, double weight, struct err *e);

/* Show the next tap: hidden, attention, value ... -1 and an error without attention in both
 * networks. */
int editor_next_tap(struct scene *s, struct err *e);

/*
 * Set a pending loss, or projection, for the cell under the cursor: the next one that fits. A cell
 * that is not mapped gets weight 1. -1 and an error where there is no other.
 */
int editor_next_match(struct scene *s, struct err *e);
int editor_next_through(struct scene *s, struct err *e);

/* The last CKA of the two layers of a pair; NAN: unknown. */
double editor_cka(const struct scene *s, const struct scene_edit *x);

/*
 * Append one `map` command for all pending edits to `line` and clear them. Edits of removed layers
 * and of pairs that no longer fit are dropped.
 */
void editor_apply(struct scene *s, struct text *line);

/* Open the editor. -1 and an error without a teacher or a student. */
int editor_open(struct scene *s, struct err *e);

#endif
