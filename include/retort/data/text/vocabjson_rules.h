/* Normalizer, pre-tokenizer and post-processor of tokenizer.json; private to vocabjson. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABJSON_RULES_H
#define RETORT_DATA_TEXT_VOCABJSON_RULES_H

#include "retort/data/text/vocabjson_tokens.h"

/* "type" of an object, "nothing" if missing. */
const char *vocabjson_rules_type(const json_t *j);

/* A boolean member; `absent` if it is missing or null. */
bool vocabjson_rules_is_on(const json_t *j, const char *key, bool absent);

/* A string member, NULL if it is missing, empty or of another type. */
const char *vocabjson_rules_string(const json_t *j, const char *key);

#define VOCABJSON_RULES_MAX 64 /* components of a sequence */

/* Components, without sequences; borrowed. */
struct vocabjson_rules {
	const json_t *item[VOCABJSON_RULES_MAX];
	size_t n;
};

/*
 * List a component, or those of a sequence, whose list is the member `key`; null has none. Returns
 * -1 with an error that begins with `what`, for too many or too deep.
 */
int vocabjson_rules_flatten(const json_t *j, const char *what, const char *key,
			    struct vocabjson_rules *r, struct err *e);

/* Read "normalizer", "pre_tokenizer" and "post_processor" into t. Return -1 with an error for what
 * is not supported. */
int vocabjson_normalizer(struct tokenizer *t, const json_t *j, struct err *e);
int vocabjson_splitter(struct tokenizer *t, const json_t *j, struct err *e);
int vocabjson_frame(struct tokenizer *t, const json_t *j, struct err *e);

#endif
