/* Short texts for mapped pairs of layers, shared by the map editor, its overview and the terms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PAIR_TEXT_H
#define RETORT_UI_PAIR_TEXT_H

#include <stddef.h>

#include "retort/ui/scene.h"

/* Format a weight with three digits, or a dot for w < 0: not mapped. Returns buf. */
const char *pair_text_weight(const struct scene *s, double w, char *buf, size_t size);

/* The suffix for what of the layers is compared: "" for hidden states, else " att", " val" ...
 * Returns buf. */
const char *pair_text_tap(enum model_tap on, char *buf, size_t size);

/*
 * Format weight and tap in `room` columns where possible, with fewer digits if need be: "10a" is a
 * weight on attention, "10v" on values, "10" on hidden states. `suffix` is appended. Returns buf.
 */
const char *pair_text_short(const struct layer_pair *m, const char *suffix, int room, char *buf,
			    size_t size);

#endif
