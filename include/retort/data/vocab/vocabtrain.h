/* Vocabularies learned from texts. The same texts give the same vocabulary: ties go by bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_VOCABTRAIN_H
#define RETORT_DATA_VOCAB_VOCABTRAIN_H

#include "retort/data/text/tokenizer.h"

struct vocabtrain_options {
	enum tokenizer_kind kind; /* not BYTE: it learns nothing */
	size_t size;              /* tokens, the special ones among them; there may be fewer */
	bool lower;               /* lower case; WORDPIECE loses accents, too */
};

/* Distinct words and how often they are there. */
struct vocabtrain_words {
	struct token_trie word;
	uint64_t *count; /* [word.n] */
	size_t cap;
};

/*
 * Learn a tokenizer of n texts. Special tokens come first: [PAD] [UNK] [CLS] [SEP] [MASK], of BPE
 * all but [UNK], because every byte is a token. *words gets how many distinct words there were
 * (characters, of CHAR). Refused: what is no UTF-8 (but for BPE), with the number of the text from
 * 1; a size that not even what is needed fits in; texts without a word. Nothing to release after an
 * error.
 */
int vocabtrain_make(const struct vocabtrain_options *o, const char *const *text, const size_t *size,
		    size_t n, struct tokenizer *t, size_t *words, struct err *e);

/* Learn t->pieces behind those that are there, up to `size`, of words: by merging what stands
 * together most often ... */
int vocabtrain_merge_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			  struct err *e);
/* ... or by dropping from all parts of words that repeat what the words can best do without; with
 * t->score. */
int vocabtrain_unigram_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			    struct err *e);

#endif
