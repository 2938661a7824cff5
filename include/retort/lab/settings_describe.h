/* Differences of settings in words, for notes and logs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETTINGS_DESCRIBE_H
#define RETORT_LAB_SETTINGS_DESCRIBE_H

#include "retort/base/text.h"
#include "retort/lab/trainer_state.h"

/* List the differences: "temperature 4 -> 2, map2 big:1 s:1 weight 0.5"; "" where there is none. */
void settings_describe(const struct trainer_state *w, const struct settings *from,
		       const struct settings *to, char *buf, size_t size);

/* Add a pair as an item: "map2 big:1 s:1 match cka weight 0.5", the name in its metrics, then the
 * words of `map`. */
void settings_describe_pair(const struct lab_info *info, const struct layer_pair *m,
			    struct text *t);

/* List the frozen layers as they are typed: "1, logits, big:2"; "none" without any. */
void settings_describe_frozen(const struct lab_info *info, struct text *t);

#endif
