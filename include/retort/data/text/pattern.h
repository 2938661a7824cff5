/* Regular expressions of tokenizers: Oniguruma's syntax, as tokenizer.json has it, through PCRE2.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_PATTERN_H
#define RETORT_DATA_TEXT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/* A compiled expression; immutable, so that threads may share it. */
struct pattern;

/*
 * Compile an expression; pattern_free. NULL with an error when PCRE2 does not compile it, or when
 * it has a construct that means something else in Oniguruma and is not translated.
 */
struct pattern *pattern_new(const char *expression, struct err *e);
void pattern_free(struct pattern *p);

/* Whether it can match an empty text. */
bool pattern_matches_empty(const struct pattern *p);

/* The matches in one text, one after another; one thread. */
struct pattern_run {
	const struct pattern *p;
	const char *text; /* borrowed */
	size_t size, from;
	size_t last; /* end of the match before; SIZE_MAX: none yet */
	char *valid; /* a copy of the text in which invalid UTF-8 is replaced; NULL: it is valid */
	void *match; /* PCRE2's */
};

void pattern_begin(struct pattern_run *r, const struct pattern *p, const char *text, size_t size);

/*
 * Give the next match. An empty match right after another is skipped. Returns 1, 0 where there is
 * none, -1 with an error where a match takes too long (catastrophic backtracking). Accepts any
 * bytes: one that is not UTF-8 counts as a sign.
 */
int pattern_next(struct pattern_run *r, size_t *start, size_t *end, struct err *e);

void pattern_end(struct pattern_run *r);

#endif
