/* Pre-tokenization: cuts a text into the words that a vocabulary is then applied to. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_PRETOKEN_H
#define RETORT_DATA_TEXT_PRETOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/data/text/pattern.h"

enum pretoken_kind {
	PRETOKEN_PATTERN, /* matches of a regular expression, and what lies between them */
	PRETOKEN_BERT,    /* words and single signs; white space is dropped */
	PRETOKEN_BLANK,   /* from each U+2581 to before the next one or a line end, and runs of line
			     ends; for training unigrams */
};

/* How to cut; immutable, so that threads may share it. */
struct pretoken;

/*
 * A new one; pretoken_free. `pattern` is a regular expression as in "pre_tokenizer" of
 * tokenizer.json, with Unicode properties; NULL: that of GPT-2. The other kinds take none.
 * `matches_alone`: drop what lies between matches. NULL with an error when the pattern is not one
 * that PCRE2 compiles.
 */
struct pretoken *pretoken_new(enum pretoken_kind kind, const char *pattern, bool matches_alone,
			      struct err *e);
void pretoken_free(struct pretoken *p);

/* Whether its pattern can match an empty text; such a match does not cut. */
bool pretoken_matches_empty(const struct pretoken *p);

/*
 * Whether a text may be cut at a blank after an ASCII letter or digit before it is cut into words,
 * without a different result. True of the published patterns of GPT-2, Qwen and Llama 3.
 */
bool pretoken_cuts_at_blanks(const struct pretoken *p);

/* The words of one text, one after another; one thread. */
struct pretoken_run {
	const struct pretoken *p;
	const char *text; /* borrowed */
	size_t size, at;
	struct pattern_run matches;
	size_t match_start, match_end; /* a match that lies ahead of `at` */
};

void pretoken_begin(struct pretoken_run *r, const struct pretoken *p, const char *text,
		    size_t size);

/*
 * Give the next word: its first byte in *start, its size in *len. Returns 1, 0 at the end, -1 with
 * an error where a match takes too long (catastrophic backtracking). Accepts any bytes: one that is
 * not UTF-8 counts as a sign.
 */
int pretoken_next(struct pretoken_run *r, size_t *start, size_t *len, struct err *e);

void pretoken_end(struct pretoken_run *r);

#endif
