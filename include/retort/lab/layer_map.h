/* Edits of the layer map: from words to pairs of layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LAYER_MAP_H
#define RETORT_LAB_LAYER_MAP_H

#include "retort/base/text.h"
#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Apply the edits of `r` in order to the map of `s`. Ranges and presets are resolved here, with the
 * layers that the networks have at this step. The pairs of a preset are appended to `chosen`:
 * "big 1:1 3:2, ". New pairs take slots of w; a caller that drops `s` resets w->n_slots. -1 and an
 * error: the contents of `s` are undefined.
 */
int layer_map_edit(struct trainer_state *w, const struct request_maps *r, struct settings *s,
		   struct text *chosen, struct err *e);

/* Metric slot of a pair, fixed for the session: a new one for a pair that has none; -1: all are in
 * use. */
int layer_map_slot(struct trainer_state *w, const struct layer_pair *m);

#endif
