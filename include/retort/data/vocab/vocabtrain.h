/* Trains vocabularies on texts. Deterministic: ties are broken by byte order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_VOCABTRAIN_H
#define RETORT_DATA_VOCAB_VOCABTRAIN_H

#include "retort/data/text/tokenizer.h"

struct vocabtrain_options {
	enum tokenizer_kind kind; /* not BYTE, which has nothing to train */
	size_t size;              /* maximum number of tokens, including special ones */
	bool lower;               /* convert to lower case; WORDPIECE also drops accents */
};

/* Distinct words and their counts. */
struct vocabtrain_words {
	struct token_trie word;
	uint64_t *count; /* [word.n] */
	size_t cap;
};

/*
 * Train a tokenizer on n texts. Special tokens have the first ids: [PAD] [UNK] [CLS] [SEP] [MASK];
 * BPE has no [UNK], because each byte is a token. *words gets the number of distinct words
 * (characters for CHAR). Returns -1 with an error for bytes that are not UTF-8 (except BPE), with
 * the number of the text from 1; for a size below the minimum; for texts without words. Nothing to
 * release after an error.
 */
int vocabtrain_make(const struct vocabtrain_options *o, const char *const *text, const size_t *size,
		    size_t n, struct tokenizer *t, size_t *words, struct err *e);

/* Extend t->pieces up to `size` tokens by merging the most frequent pairs (BPE, WordPiece). */
int vocabtrain_merge_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			  struct err *e);
/* Extend t->pieces and t->score up to `size` tokens by pruning repeated substrings (Unigram). */
int vocabtrain_unigram_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			    struct err *e);

#endif
