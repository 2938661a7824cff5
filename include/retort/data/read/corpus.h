/* Text becomes rows of token ids: windows of one long text, or one row for each text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CORPUS_H
#define RETORT_DATA_READ_CORPUS_H

#include "retort/data/dataset.h"

/*
 * Make a next-token set from ids[n], each in 0..vocab-1, which are copied: consecutive windows of
 * `length` ids without overlap; a rest that does not fill a window and the id after it is dropped.
 * Refused: fewer than DATASET_ROWS windows, vocab < 2.
 */
int corpus_windows(const int32_t *ids, size_t n, size_t length, size_t vocab, struct dataset **out,
		   struct err *e);

/* The same from a text, with o->tokens and o->length. Sets hash and tokenizer too. */
int corpus_stream(const char *text, size_t size, const struct dataset_options *o,
		  struct dataset **out, struct err *e);

/*
 * Tokenize the texts of the ds->n rows: cut off after o->length tokens, padded with -1; an empty
 * text is a row of padding. line[i] is the line of row i in the file, for errors. Set ids, d,
 * length, vocab, tokenizer; join tokens and length to ds->hash. Refused: a character that the
 * vocabulary lacks, no character in any text, more than DATASET_IDS ids.
 */
int corpus_texts(struct dataset *ds, const size_t *line, const struct dataset_options *o,
		 struct err *e);

/*
 * Tokenize one text into row[length], cut off and padded as above. `spare` is a buffer that is
 * reused from call to call; the caller frees its id with mem_free. Any thread.
 */
int corpus_row(const struct tokenizer *t, const char *s, bool frame, size_t length,
	       struct tokenizer_ids *spare, int32_t *row, struct err *e);

/* Whether a value of `tokens` names a tokenizer and not a file: byte, char, byte+mask, char+mask.
 */
bool corpus_tokens_named(const char *tokens);

/* Allocate ds->ids for ds->n rows of `length` ids, all padding, and `more` ids after them. Set
 * kind, d and length. */
int corpus_alloc(struct dataset *ds, size_t length, size_t more, struct err *e);

#endif
