/* Vocabularies that are JSON; vocabfile.c alone includes it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABJSON_H
#define RETORT_DATA_TEXT_VOCABJSON_H

#include "retort/data/text/tokenizer.h"

/*
 * Fill a tokenizer that nothing was done to. `merges` gives the text of merges.txt for an object of
 * tokens and ids, NULL where there is none. Whoever called it calls tokenizer_finish, or
 * tokenizer_release after an error.
 */
int vocabjson_parse(const char *bytes, size_t size, const char *merges, size_t size_merges,
		    struct tokenizer *t, struct err *e);

/* Whether an object is one of tokens and ids, which needs merges. */
bool vocabjson_needs_merges(const char *bytes, size_t size);

/* WordPiece without a word on case: lower-cased when no token has a capital letter of ASCII but the
 * special ones. */
void vocabjson_guess_case(struct tokenizer *t);

#endif
