/* Rotary positions and windows of config.json, from and to options of a network; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_ROPE_H
#define RETORT_NN_HF_HF_ROPE_H

#include <jansson.h>

#include "retort/base/text.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * Read the value of key k, rope_scaling or rope_parameters: null, {"rope_type": T, ...}, or one
 * such object for each layer type, which must be equal. T is default, linear, dynamic, llama3 or
 * yarn; every other type, and a key that none of them has, is refused by name. 0, or -1 and an
 * error.
 */
int hf_rope_read(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e);

/* Append the value that says the same. */
void hf_rope_print(const struct hf_model *m, struct text *out);

/*
 * Read the keys that say which blocks have the window: those of kinds HF_USES_WINDOW,
 * HF_WINDOW_FROM and HF_LAYER_TYPES; then hf_rope_windows sets the options. 0, or -1 and an error.
 */
int hf_rope_window(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e);
int hf_rope_windows(struct hf_model *m, struct err *e);

/* The first block of those, from 0, to the last one, that have the window; -1: they are others. */
int hf_rope_window_from(const struct hf_model *m);

/* Append the list of layer types. */
void hf_rope_print_types(const struct hf_model *m, struct text *out);

#endif
