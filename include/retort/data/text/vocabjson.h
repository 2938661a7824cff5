/* Vocabularies in JSON; private to vocabfile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABJSON_H
#define RETORT_DATA_TEXT_VOCABJSON_H

#include "retort/data/text/tokenizer.h"

/*
 * Fill an initialized tokenizer. `merges` is the text of merges.txt for an object of tokens and
 * ids, NULL if there is none. The caller then calls tokenizer_finish, or tokenizer_release after an
 * error.
 */
int vocabjson_parse(const char *bytes, size_t size, const char *merges, size_t size_merges,
		    struct tokenizer *t, struct err *e);

/* Whether it is an object of tokens and ids, which needs merges. */
bool vocabjson_needs_merges(const char *bytes, size_t size);

/* WordPiece whose file does not specify case: lower case if no token but special ones has an ASCII
 * capital letter. */
void vocabjson_guess_case(struct tokenizer *t);

#endif
