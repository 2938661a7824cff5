/* Words in rows of tokens: where they begin and end; tokens for blanks and masks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_WORDS_H
#define RETORT_DATA_VOCAB_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

enum words_kind {
	WORDS_BETWEEN, /* not part of a word: blanks, punctuation, signs */
	WORDS_WHOLE,   /* begins a word: a token of a vocabulary of words or subwords, or an
			  ideograph */
	WORDS_LETTER,  /* continues the word before it, or begins one: letters, digits,
			  non-ASCII bytes, "##ing" */
};

/*
 * Classify the tokens of a data set: kind[vocab] of enum words_kind, according to its tokenizer.
 * Without one, a vocabulary of 256 is bytes, and in any other each token is a word.
 */
void words_kinds(const struct dataset *ds, uint8_t *kind);

/* Number of tokens of a row without padding. */
size_t words_length(const int32_t *ids, size_t room);

/* Find the first word at or after `from`. Returns its first position, n if none; *end is the
 * position after its last token. */
size_t words_next(const uint8_t *kind, const int32_t *ids, size_t n, size_t from, size_t *end);

/* The token of a single blank, -1 if none. */
int32_t words_blank(const struct dataset *ds);

/* The default token for masking: the vocabulary's mask, else its blank, else token 0. */
int32_t words_mask(const struct dataset *ds);

#endif
