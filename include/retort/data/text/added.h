/* Added tokens: texts that become one token before a tokenizer's model sees them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_ADDED_H
#define RETORT_DATA_TEXT_ADDED_H

#include "retort/data/text/byte_trie.h"
#include "retort/data/text/normalizer.h"

#define ADDED_LENGTH 1024 /* maximum length of an added token, bytes */

struct added_token {
	char *content; /* owned */
	int32_t id;
	bool single_word;    /* found between characters that are not \w only */
	bool lstrip, rstrip; /* white space before, or after, belongs to it */
	bool normalized;     /* its normalized content is sought in the normalized text */
	bool special;
};

struct added {
	struct added_token *token; /* [n] */
	size_t n, cap;
	struct byte_trie raw, normal; /* indices of those that are not normalized; that are */
};

/* Copy a token. */
void added_add(struct added *a, const struct added_token *token);

/* Prepare to find the tokens; after the last was added. Returns -1 with an error: a token that is
 * too long or empty after normalization, two that are the same then. */
int added_finish(struct added *a, const struct normalizer *n, struct err *e);

void added_release(struct added *a);

/* A part of a text. */
struct added_part {
	size_t from, to;
	int32_t id; /* -1: ordinary text */
};

/*
 * Give the part of a text that begins at *at, of the tokens that are sought in normalized text or
 * of the others, and advance *at behind it. `special`: find special tokens, too. False at the end.
 */
bool added_next(const struct added *a, bool normalized, bool special, const char *text, size_t size,
		size_t *at, struct added_part *part);

/* Whether the text is of one part only. */
bool added_is_free(const struct added *a, bool special);

#endif
