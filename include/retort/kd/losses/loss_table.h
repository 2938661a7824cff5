/* The table of losses in the order of losses.def: those on outputs, then those on layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSSES_LOSS_TABLE_H
#define RETORT_KD_LOSSES_LOSS_TABLE_H

#include <stddef.h>

#include "retort/kd/loss.h"

extern const struct loss *const loss_table[];
extern const size_t loss_table_count;
#define OUTPUT(id) extern const struct loss loss_##id;
#define LAYER(id) OUTPUT(id)
#include "retort/kd/losses/losses.def"

/* Index of a loss on outputs; those are loss_table[0 .. LOSS_OUTPUTS). */
enum loss_output {
#define OUTPUT(id) LOSS_OUTPUT_##id,
#define LAYER(id)
#include "retort/kd/losses/losses.def"
	LOSS_OUTPUTS,
};

/* Find a loss by its exact name. NULL: unknown. */
const struct loss *loss_table_find(const char *name);

/* Name of loss i on outputs, or of loss i on layers; NULL past the last. For choice_nearest,
 * text_items and completion. */
const char *loss_table_output_name(size_t i);
const char *loss_table_layer_name(size_t i);

/* The loss whose weight, temperature or option a knob is: the longest loss name that, with a
 * hyphen, begins the knob's name. NULL: the knob belongs to no loss. */
const struct loss *loss_table_of_knob(const struct knob *k);

#endif
