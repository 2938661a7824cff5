/* config.json of a published model, to and from a network's description. For hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_CONFIG_H
#define RETORT_NN_HF_HF_CONFIG_H

#include "retort/base/text.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * What config.json says: layout, options, vocabulary, labels. A key that changes what is computed
 * is honoured or refused; keys that nobody here knows are passed over. On failure nothing is left
 * to release; else hf_layout_release.
 */
int hf_config_parse(const char *json, size_t size, struct hf_model *m, struct err *e);

/* The text of config.json, keys in the order of the layout's table. */
void hf_config_print(const struct hf_model *m, struct text *out);

/*
 * The files of a model in pieces, from the text of model.safetensors.index.json: names without
 * folders, each once, at most HF_CONFIG_FILES. *n of them in *file; hf_config_files_free gives them
 * back.
 */
#define HF_CONFIG_FILES 1000
int hf_config_files(const char *json, size_t size, char ***file, size_t *n, struct err *e);
void hf_config_files_free(char **file, size_t n);

#endif
