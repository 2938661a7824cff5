/* Synonyms under test: a small WordNet, and rows of texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_SYNONYMRIG_H
#define RETORT_TESTS_SYNONYMRIG_H

#include "retort/data/dataset.h"
#include "retort/data/vocab/wordnet.h"

#define SYNONYMRIG_VECTORS RETORT_SRCDIR "/tests/vectors/wordnet"

extern struct wordnet *synonymrig_wordnet;

/* Read and free it: setup and teardown of a group. */
int synonymrig_read(void **state);
int synonymrig_drop(void **state);

/* A tokenizer of that kind, of up to `size` tokens of a text with words of the WordNet. */
void synonymrig_learn(struct tokenizer *t, enum tokenizer_kind kind, size_t size);

/* Each text as a row of tokens; synonymrig_release frees it, with the tokenizer's content. */
struct dataset synonymrig_rows(struct tokenizer *t, const char *const *texts, size_t n,
			       size_t length);
void synonymrig_release(struct dataset *ds);

/* Text of n tokens. */
void synonymrig_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out);

#endif
