/* Names and number of classes in config.json; for hf_config.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_LABELS_H
#define RETORT_NN_HF_HF_LABELS_H

#include <jansson.h>

#include "retort/nn/hf/hf_layout.h"

/* Read {"0": name, ...}. 0, or -1 and an error, as the others. */
int hf_labels_read(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e);

/* Read {name: id, ...}: the names where there are no others, else it must agree with them. */
int hf_labels_read_ids(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e);

/* Number of classes: that of the names; else this key; else two, as in the transformers library. */
int hf_labels_read_count(struct hf_model *m, const struct hf_key *k, const json_t *value,
			 struct err *e);

#endif
