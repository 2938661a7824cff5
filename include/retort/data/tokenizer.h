/* Text becomes token ids, and ids become text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TOKENIZER_H
#define RETORT_DATA_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"

#define TOKENIZER_CHARS 65536 /* characters of a vocabulary, at most */

enum tokenizer_kind {
	TOKENIZER_BYTE, /* a byte is a token and its own id: 256 of them, any file */
	TOKENIZER_CHAR, /* a Unicode code point of UTF-8 is a token */
};

struct tokenizer {
	enum tokenizer_kind kind;
	size_t vocab;    /* ids are 0..vocab-1 */
	uint32_t *point; /* CHAR [vocab]: the code point of an id */
	int32_t **page;  /* CHAR: ids of 256 code points each, NULL where none is a token; see tokenizer_id */
};

/* Ids that grow as they are added to. */
struct tokenizer_ids {
	int32_t *id; /* owned; mem_free */
	size_t n, cap;
};

/*
 * An empty tokenizer; all characters of a CHAR tokenizer's texts are shown to it with
 * tokenizer_see, in any order, then tokenizer_settle numbers them by code point. A byte order
 * mark in front of a text is skipped. Refused: bytes that are no UTF-8 ("byte 17: 0xFF is not
 * UTF-8"; bytes count from 0), more than TOKENIZER_CHARS characters.
 */
void tokenizer_init(struct tokenizer *t, enum tokenizer_kind kind);
int tokenizer_see(struct tokenizer *t, const char *text, size_t size, struct err *e);
int tokenizer_settle(struct tokenizer *t, struct err *e);

/* The id of a code point of a CHAR tokenizer, -1 where it is no token. point < 0x110000. */
int32_t tokenizer_id(const struct tokenizer *t, uint32_t point);

/*
 * A CHAR tokenizer of a vocabulary file: one token on each line, the number of the line from 0 is
 * its id. Lines end in LF alone, and an empty line is the line feed itself. Refused, with the
 * line: a token of several characters, one that was there before, bytes that are no UTF-8; no
 * line at all. Nothing to release after an error.
 */
int tokenizer_from_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e);

/*
 * Add the ids of a text. Each id takes at least one byte of it, so that with room for `size` more
 * nothing is allocated. A character that the vocabulary lacks is refused with its place.
 */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t size, struct tokenizer_ids *out, struct err *e);

/* Add the text of n ids; padding (-1) is passed over. Refused: an id that there is not. */
int tokenizer_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out, struct err *e);

/* [vocab] the characters as UTF-8, each owned by the caller; NULL for bytes. */
char **tokenizer_names(const struct tokenizer *t);

void tokenizer_release(struct tokenizer *t);

#endif
