/* Text becomes rows of token ids: windows of one long text, or a row for each of many. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CORPUS_H
#define RETORT_DATA_READ_CORPUS_H

#include "retort/data/dataset.h"

/*
 * A next-token set of a stream of ids: consecutive windows of `length` that do not overlap; what
 * does not fill a window with the id after it is dropped. The ids, each in 0..vocab-1, are copied.
 * Refused: fewer than DATASET_ROWS windows, vocab < 2.
 */
int corpus_windows(const int32_t *ids, size_t n, size_t length, size_t vocab, struct dataset **out,
		   struct err *e);

/* The same of a text. o->tokens and o->length are set; hash and tokenizer of the set are. */
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
 * One text as a row: row[length], cut off and padded like those of corpus_texts. `spare` is room
 * that is used again; free its id with mem_free at the end. Any thread.
 */
int corpus_row(const struct tokenizer *t, const char *s, bool frame, size_t length,
	       struct tokenizer_ids *spare, int32_t *row, struct err *e);

/* Whether a word for tokens names no file: byte, char, byte+mask, char+mask. */
bool corpus_tokens_named(const char *tokens);

/* Room for n rows of `length` ids, all padding, and `more` behind them. Sets kind, d and length. */
int corpus_room(struct dataset *ds, size_t length, size_t more, struct err *e);

#endif
