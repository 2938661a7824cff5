/* Activations of config.json; for hf_config.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_ACT_H
#define RETORT_NN_HF_HF_ACT_H

#include <jansson.h>

#include "retort/nn/hf/hf_layout.h"

/* Set option k->arg from the name of an activation that fits the layout. 0, or -1 and an error. */
int hf_act_read(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e);

/* The same from a key of kind HF_NEW_ACT of the whole file, where it is the one that is applied. */
int hf_act_read_new(struct hf_model *m, const struct hf_key *k, const json_t *root, struct err *e);

#endif
