/* Functions of the kinds of tokenizers; private to data/text and data/vocab. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKENIZER_KINDS_H
#define RETORT_DATA_TEXT_TOKENIZER_KINDS_H

#include "retort/data/text/byte_letter.h"
#include "retort/data/text/tokenizer.h"

/* U+2581, which represents a blank in tokens. */
#define TOKENIZER_BLANK "\xE2\x96\x81"

/* What a kind does. Ids passed to decode are in the vocabulary, or -1. */
struct tokenizer_functions {
	const char *name;
	int (*finish)(struct tokenizer *t, struct err *e); /* NULL: without pieces */
	int (*encode)(const struct tokenizer *t, const char *text, size_t size,
		      struct tokenizer_ids *out, struct err *e); /* a text, without a splitter */
	int (*word)(const struct tokenizer *t, const char *word, size_t size,
		    struct tokenizer_ids *out, struct err *e); /* a word of the splitter */
	int (*decode)(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out);
	bool (*starts)(const struct tokenizer *t, int32_t id); /* NULL: each does */
};

const struct tokenizer_functions *tokenizer_functions(enum tokenizer_kind kind);

void tokenizer_char_init(struct tokenizer *t);
int tokenizer_char_add(struct tokenizer *t, const char *text, size_t size, struct err *e);
int tokenizer_char_assign_ids(struct tokenizer *t, struct err *e);
int tokenizer_char_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e);
void tokenizer_char_release(struct tokenizer *t);
int tokenizer_char_encode(const struct tokenizer *t, const char *text, size_t size,
			  struct tokenizer_ids *out, struct err *e);
int tokenizer_char_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			  struct text *out);
/* Decode the character at byte `at`. Returns its length, or 0 with an error where it is not UTF-8.
 */
size_t tokenizer_char_decode_at(const char *text, size_t size, size_t at, uint32_t *cp,
				struct err *e);
/* Check that a text is UTF-8. Returns 0, or -1 with the place of the first byte that is not. */
int tokenizer_char_check(const char *text, size_t size, struct err *e);
/* Length of the byte order mark at the start of a text, 0 or 3. */
size_t tokenizer_char_mark(const char *text, size_t size);

int tokenizer_wordpiece_finish(struct tokenizer *t, struct err *e);
int tokenizer_wordpiece_encode(const struct tokenizer *t, const char *text, size_t size,
			       struct tokenizer_ids *out, struct err *e);
int tokenizer_wordpiece_word(const struct tokenizer *t, const char *word, size_t size,
			     struct tokenizer_ids *out, struct err *e);
int tokenizer_wordpiece_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			       struct text *out);
bool tokenizer_wordpiece_starts(const struct tokenizer *t, int32_t id);

/*
 * Add a merge: the pair of ids becomes `made`. Merges added earlier have priority. Returns -1 with
 * an error for a duplicate pair.
 */
int tokenizer_bpe_merge(struct tokenizer *t, int32_t left, int32_t right, int32_t made,
			struct err *e);
int tokenizer_bpe_finish(struct tokenizer *t, struct err *e);
void tokenizer_bpe_release(struct tokenizer *t);
int tokenizer_bpe_encode(const struct tokenizer *t, const char *text, size_t size,
			 struct tokenizer_ids *out, struct err *e);
int tokenizer_bpe_word(const struct tokenizer *t, const char *word, size_t size,
		       struct tokenizer_ids *out, struct err *e);
int tokenizer_bpe_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out);
bool tokenizer_bpe_starts(const struct tokenizer *t, int32_t id);
/* Merge `i` in order of addition; false past the last. */
bool tokenizer_bpe_get(const struct tokenizer *t, size_t i, int32_t *left, int32_t *right);
/* Make the steps of a vocabulary that has none in its file, from `normal` and `blank`. */
int tokenizer_make_steps(struct tokenizer *t, struct err *e);
/* BPE of SentencePiece, by the scores of pieces. */
void tokenizer_spbpe_rank(struct tokenizer *t);
int tokenizer_spbpe_word(const struct tokenizer *t, const char *word, size_t size,
			 struct tokenizer_ids *out, struct err *e);

/* A heap of numbers, the least on top; pop not from an empty one. The caller frees `item`. */
struct tokenizer_heap {
	uint64_t *item;
	size_t n, cap;
};

void tokenizer_heap_push(struct tokenizer_heap *h, uint64_t item);
uint64_t tokenizer_heap_pop(struct tokenizer_heap *h);

/* Whether a text may become a token of the model. */
bool tokenizer_takes(const struct tokenizer *t, int32_t id);
/* The token of the model that is this string and may stand for a text; -1: none. */
int32_t tokenizer_find(const struct tokenizer *t, const char *s, size_t len);
void tokenizer_add_id(struct tokenizer_ids *out, int32_t id);
/* Find the tokens <0x00> to <0xFF> that stand for bytes. */
void tokenizer_find_bytes(struct tokenizer *t);
/* Append the byte tokens of a string; false if one is missing. */
bool tokenizer_add_bytes(const struct tokenizer *t, const char *s, size_t len,
			 struct tokenizer_ids *out);
/* Append a token as text: U+2581 as a blank, tokens of bytes as bytes. */
void tokenizer_put_piece(const struct tokenizer *t, int32_t id, struct text *out);

int tokenizer_wordlevel_finish(struct tokenizer *t, struct err *e);
int tokenizer_wordlevel_word(const struct tokenizer *t, const char *word, size_t size,
			     struct tokenizer_ids *out, struct err *e);
int tokenizer_wordlevel_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			       struct text *out);

int tokenizer_spwords_finish(struct tokenizer *t, struct err *e);
int tokenizer_spwords_word(const struct tokenizer *t, const char *text, size_t size,
			   struct tokenizer_ids *out, struct err *e);
int tokenizer_spwords_char(const struct tokenizer *t, const char *text, size_t size,
			   struct tokenizer_ids *out, struct err *e);

int tokenizer_unigram_finish(struct tokenizer *t, struct err *e);
int tokenizer_unigram_word(const struct tokenizer *t, const char *word, size_t size,
			   struct tokenizer_ids *out, struct err *e);
int tokenizer_unigram_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			     struct text *out);
bool tokenizer_unigram_starts(const struct tokenizer *t, int32_t id);

#endif
