/* Words of a text, as the tokens they are cut into, and those of the words that may stand in for
 * them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_SYNONYMS_H
#define RETORT_DATA_VOCAB_SYNONYMS_H

#include "retort/data/dataset.h"
#include "retort/data/vocab/wordnet.h"

struct synonyms {
	struct token_trie word;   /* ids of each word that has alternatives, as bytes */
	size_t *first, cap_first; /* [word.n + 1] its alternatives are first[i]..first[i + 1]-1 */
	size_t *end, cap_end; /* [first[word.n]] where the ids of an alternative end in `ids`; they
				 begin where the last one's end */
	int32_t *ids;
	size_t n_ids, cap_ids;
};

/*
 * Find the words of rows that have alternatives, and cut these as the set's tokenizer cuts them
 * where the word stands: with the blank in front that the word's first token has, and with its
 * capital, or in capitals altogether. Passed over: an alternative that the tokenizer lacks a
 * character or token for, or makes of it more than one word as words.h counts them.
 *
 * ds     kind DATASET_TOKENS with a tokenizer
 * kind   [vocab] of words_kinds
 * rows   [n_rows] row numbers
 *
 * Main or trainer thread, between steps.
 */
void synonyms_init(struct synonyms *s, const struct wordnet *wn, const struct dataset *ds,
		   const uint8_t *kind, const uint32_t *rows, size_t n_rows);

/* How many alternatives there are for the word of n ids; *word is for synonyms_get. Allocates
 * nothing. Any thread. */
size_t synonyms_count(const struct synonyms *s, const int32_t *ids, size_t n, int32_t *word);

/* The ids of alternative k of a word, *n of them. */
const int32_t *synonyms_get(const struct synonyms *s, int32_t word, size_t k, size_t *n);

void synonyms_release(struct synonyms *s);

#endif
