/* Functions of the kinds of tokenizers; private to data/text and data/vocab. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKENIZER_KINDS_H
#define RETORT_DATA_TEXT_TOKENIZER_KINDS_H

#include "retort/data/text/tokenizer.h"

/* U+2581, which represents a blank in tokens. */
#define TOKENIZER_BLANK "\xE2\x96\x81"

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
int tokenizer_bpe_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out);
bool tokenizer_bpe_starts(const struct tokenizer *t, int32_t id);
/* Merge `i` in order of addition; false past the last. */
bool tokenizer_bpe_get(const struct tokenizer *t, size_t i, int32_t *left, int32_t *right);
/*
 * The character that represents a byte in files of byte-level BPE (openai/gpt-2, bytes_to_unicode):
 * printable ones represent themselves, the others are U+0100 and up. The inverse returns -1 for any
 * other character.
 */
uint32_t tokenizer_bpe_letter(unsigned char byte);
int tokenizer_bpe_byte(uint32_t letter);

/* Append a text with blanks as U+2581. */
void tokenizer_unigram_mark_blanks(const char *text, size_t size, struct text *out);
int tokenizer_unigram_finish(struct tokenizer *t, struct err *e);
int tokenizer_unigram_encode(const struct tokenizer *t, const char *text, size_t size,
			     struct tokenizer_ids *out, struct err *e);
int tokenizer_unigram_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			     struct text *out);
bool tokenizer_unigram_starts(const struct tokenizer *t, int32_t id);

#endif
