/* Rotary positions of config.json, from and to options of a network; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_ROPE_H
#define RETORT_NN_HF_HF_ROPE_H

#include <jansson.h>

#include "retort/base/text.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * Read the value of key k, rope_scaling or rope_parameters: null, {"rope_type": T, ...}, or one
 * such object for each layer type, which must be equal. T is default, linear, dynamic, llama3,
 * yarn or longrope; every other type, and a key that none of them has, is refused by name. `root`
 * is the whole file: rope_scaling, where it says anything, takes the place of rope_parameters, as
 * in the published code. 0, or -1 and an error.
 */
int hf_rope_read(struct hf_model *m, const struct hf_key *k, const json_t *root, struct err *e);

/* Read the positions before scaling from a key beside the object; to be called before. 0, or -1 and
 * an error. */
int hf_rope_read_original(struct hf_model *m, const struct hf_key *k, const json_t *value,
			  struct err *e);
void hf_rope_print_original(const struct hf_model *m, struct text *out);

/* Whether the published code of the layout has longrope alone. */
bool hf_rope_is_long(const struct hf_layout *l);

/* Append the value that says the same. */
void hf_rope_print(const struct hf_model *m, struct text *out);

#endif
