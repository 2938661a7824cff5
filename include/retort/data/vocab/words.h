/* Words in rows of tokens: which tokens make one, and what may stand in for one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_WORDS_H
#define RETORT_DATA_VOCAB_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

enum words_kind {
	WORDS_BETWEEN, /* blanks, stops, signs */
	WORDS_WHOLE,   /* begins a word: one of a vocabulary of words or pieces, or a character of
			  Chinese or Japanese */
	WORDS_LETTER,  /* goes on with the word before it, or begins one: letters, digits, bytes of
			  other than ASCII, "##ing" */
};

/*
 * What each token of a text is: kind[vocab] of enum words_kind. By the tokenizer that made the
 * text; without one a vocabulary of 256 is bytes, and of any other every token is a word.
 */
void words_kinds(const struct dataset *ds, uint8_t *kind);

/* Tokens of a row before its padding. */
size_t words_length(const int32_t *ids, size_t room);

/* Where the first word at or behind `from` begins, and in *end where it ends; n where there is
 * none. */
size_t words_next(const uint8_t *kind, const int32_t *ids, size_t n, size_t from, size_t *end);

/* The token of a blank; -1 where there is none. */
int32_t words_blank(const struct dataset *ds);

/* What stands for a masked token unless another is asked for: the vocabulary's own mask, else its
 * blank, else token 0. */
int32_t words_mask(const struct dataset *ds);

#endif
