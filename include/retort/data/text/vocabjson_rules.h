/* Normalizer and pre-tokenizer of tokenizer.json; private to vocabjson. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABJSON_RULES_H
#define RETORT_DATA_TEXT_VOCABJSON_RULES_H

#include "retort/data/text/vocabjson_tokens.h"

/* Which pre-tokenizers were found. */
struct vocabjson_rules {
	bool bytes; /* ByteLevel */
	bool split; /* Split, with a pattern */
};

/* "type" of an object, "nothing" if missing. */
const char *vocabjson_rules_type(const json_t *j);

/* A boolean member; `absent` if it is missing or null. */
bool vocabjson_rules_is_on(const json_t *j, const char *key, bool absent);

/* Set t->normal from "normalizer"; t->words and t->blank from "pre_tokenizer". `depth` is 0. Return
 * -1 with an error for what is not supported. */
int vocabjson_rules_normalizer(struct tokenizer *t, const json_t *j, int depth, struct err *e);
int vocabjson_rules_pre_tokenizer(struct tokenizer *t, const json_t *j, struct vocabjson_rules *c,
				  int depth, struct err *e);

#endif
