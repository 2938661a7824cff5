/* Mapping: edits of the layer map, from what was typed to pairs of layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_MAPPING_H
#define RETORT_LEARN_MAPPING_H

#include "retort/base/text.h"
#include "retort/learn/request.h"
#include "retort/learn/work.h"

/*
 * Apply the edits of `r`, in their order, to the maps of `s`. Ranges and presets become pairs here, where it is known which
 * layers the networks have by then. What a preset has chosen is added to `chosen`: "big 1:1 3:2, ". New pairs take slots of
 * w; whoever drops `s` gives them back. 0, or -1 and an error, and `s` is good for nothing.
 */
int mapping_edit(struct work *w, const struct request *r, struct work_settings *s, struct text *chosen, struct err *e);

#endif
