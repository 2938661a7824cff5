/* Words of a data set and their synonyms, as token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_SYNONYMS_H
#define RETORT_DATA_VOCAB_SYNONYMS_H

#include "retort/data/dataset.h"
#include "retort/data/vocab/wordnet.h"

struct synonyms {
	struct token_trie word;   /* words that have synonyms; the bytes are their int32_t ids */
	size_t *first, cap_first; /* [word.n + 1] synonyms of word i: first[i]..first[i + 1]-1 */
	size_t *end, cap_end; /* [first[word.n]] end of the ids of a synonym in `ids`; they begin at
				 the end of the previous ones */
	int32_t *ids;
	size_t n_ids, cap_ids;
};

/*
 * Find the words of rows that have synonyms in a WordNet, and tokenize these as in place of the
 * word: with a leading blank if the word's first token has one, and with its capitalization (first
 * letter or all letters). Skipped are synonyms that contain an unknown token, or are not one word
 * as counted by words.h.
 *
 * ds     kind DATASET_TOKENS with a tokenizer
 * kind   [vocab] of words_kinds
 * rows   [n_rows] row numbers
 *
 * Main or trainer thread, between steps.
 */
void synonyms_init(struct synonyms *s, const struct wordnet *wn, const struct dataset *ds,
		   const uint8_t *kind, const uint32_t *rows, size_t n_rows);

/* Number of synonyms of the word of n ids; *word is passed to synonyms_get. Allocates nothing. Any
 * thread. */
size_t synonyms_count(const struct synonyms *s, const int32_t *ids, size_t n, int32_t *word);

/* The ids of synonym k of a word, *n of them. */
const int32_t *synonyms_get(const struct synonyms *s, int32_t word, size_t k, size_t *n);

void synonyms_release(struct synonyms *s);

#endif
