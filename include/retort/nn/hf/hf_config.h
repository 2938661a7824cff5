/* config.json of a published model, from and to the description of a network; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_CONFIG_H
#define RETORT_NN_HF_HF_CONFIG_H

#include "retort/base/text.h"
#include "retort/nn/hf/hf_layout.h"

/* Key of config.json that other programs ignore: the hash of the vocabulary. */
#define HF_CONFIG_VOCABULARY "retort_vocabulary"

/* The same: the encoding of the data, encoding.h, but for the classes, which are in id2label. */
#define HF_CONFIG_ENCODING "retort_encoding"

/*
 * Parse config.json: layout, options, vocabulary, labels. A key that changes the computation is
 * applied or refused; unknown keys are listed in m->unknown. Release m with hf_layout_release; on
 * failure nothing is left to release. With `head_new` the head may be of any class.
 */
int hf_config_parse(const char *json, size_t size, bool head_new, struct hf_model *m,
		    struct err *e);

/* Append the text of config.json, keys in the order of the table of the layout. */
void hf_config_print(const struct hf_model *m, struct text *out);

/*
 * Parse model.safetensors.index.json, of a model in several files: *file are *n file names without
 * folders, each once, at most HF_CONFIG_FILES. Free with hf_config_files_free.
 */
#define HF_CONFIG_FILES 1000
int hf_config_files(const char *json, size_t size, char ***file, size_t *n, struct err *e);
void hf_config_files_free(char **file, size_t n);

#endif
