/* Mapping: edits of the layer map, from what was typed to pairs of layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LAYER_MAP_H
#define RETORT_LAB_LAYER_MAP_H

#include "retort/base/text.h"
#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Apply the edits of `r`, in their order, to the maps of `s`. Ranges and presets become pairs here,
 * where it is known which layers the networks have by then. What a preset has chosen is added to
 * `chosen`: "big 1:1 3:2, ". New pairs take slots of w; whoever drops `s` gives them back. 0, or -1
 * and an error, and `s` is good for nothing.
 */
int layer_map_edit(struct trainer_state *w, const struct request_maps *r, struct settings *s,
		   struct text *chosen, struct err *e);

#endif
