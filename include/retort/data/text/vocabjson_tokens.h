/* Tokens, ids, merges and scores in JSON; private to vocabjson. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABJSON_TOKENS_H
#define RETORT_DATA_TEXT_VOCABJSON_TOKENS_H

#include <jansson.h>

#include "retort/data/text/tokenizer.h"

/* All return 0, or -1 with an error that has the place. */

/* Add a token that must get the given id. */
int vocabjson_tokens_add(struct tokenizer *t, const char *s, size_t len, size_t id, struct err *e);

/* Read an object of tokens and ids, and "added_tokens": an array of objects, or NULL. */
int vocabjson_tokens_object(struct tokenizer *t, json_t *vocab, json_t *added, struct err *e);

/* Read the options of "added_tokens" into t->added and t->role, after all tokens. `vocab` is the
 * object of tokens and ids, or NULL. */
int vocabjson_tokens_added(struct tokenizer *t, const json_t *vocab, const json_t *added,
			   struct err *e);

/* "content" of an added token; NULL if missing. */
const char *vocabjson_tokens_content(const json_t *added);

/* Read the text of merges.txt; the array "merges". */
int vocabjson_tokens_merges(struct tokenizer *t, const char *text, size_t size, struct err *e);
int vocabjson_tokens_merge_list(struct tokenizer *t, json_t *merges, struct err *e);

/* Read an array of strings, a WordPiece vocabulary. */
int vocabjson_tokens_strings(struct tokenizer *t, json_t *array, struct err *e);

/*
 * Read an array of [token, score]. A bare list is read as JavaScript does, as published with the
 * Universal Sentence Encoder Lite: null is 0, and of duplicate tokens the last counts.
 */
int vocabjson_tokens_scores(struct tokenizer *t, json_t *array, bool bare, struct err *e);

#endif
