/* Windows of attention in config.json, from and to options of a network; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_WINDOW_H
#define RETORT_NN_HF_HF_WINDOW_H

#include <jansson.h>

#include "retort/base/text.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * Read the keys that say which blocks have the window: those of kinds HF_USES_WINDOW,
 * HF_WINDOW_FROM and HF_LAYER_TYPES; then hf_window_set sets the options. 0, or -1 and an error.
 */
int hf_window_read(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e);
int hf_window_set(struct hf_model *m, struct err *e);

/* The first block of those, from 0, to the last one, that have the window; -1: they are others. */
int hf_window_from(const struct hf_model *m);

/* Append the list of layer types. */
void hf_window_print_types(const struct hf_model *m, struct text *out);

#endif
