/* What a tokenizer does to a text before it is cut into words: steps, one after another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_NORMALIZER_H
#define RETORT_DATA_TEXT_NORMALIZER_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/text/spnormalize.h"

#define NORMALIZER_STEPS 64 /* maximum number of steps */

struct normalizer;

/* Without steps; normalizer_free. Immutable once complete, so that threads may share it. */
struct normalizer *normalizer_new(void);
void normalizer_free(struct normalizer *n);

/* Add a step. All return 0, or -1 with an error for more than NORMALIZER_STEPS, or for one that
 * cannot be made. */
int normalizer_add(struct normalizer *n, unsigned what, struct err *e); /* enum normalize */
int normalizer_add_prepend(struct normalizer *n, const char *s, struct err *e);
int normalizer_add_strip(struct normalizer *n, bool left, bool right, struct err *e);
int normalizer_add_replace(struct normalizer *n, const char *find, const char *with, struct err *e);
int normalizer_add_pattern(struct normalizer *n, const char *pattern, const char *with,
			   struct err *e);
/* Bytes as the characters that represent them in byte-level BPE. */
int normalizer_add_letters(struct normalizer *n, struct err *e);
/* The rules of a SentencePiece model, which the normalizer then owns, unless -1 is returned. */
int normalizer_add_spnormalize(struct normalizer *n, struct spnormalize *rules, struct err *e);
/* A map of charmap_new. */
int normalizer_add_charmap(struct normalizer *n, const void *bytes, size_t size, struct err *e);

/* Append a text, normalized. *start becomes false where its first character is left out; NULL is
 * accepted. Returns 0, or -1 with an error. */
int normalizer_put(const struct normalizer *n, const char *text, size_t size, struct text *out,
		   bool *start, struct err *e);

/* Whether a text may be cut at a blank after an ASCII letter or digit and normalized in parts. */
bool normalizer_cuts_at_blanks(const struct normalizer *n);

/* Whether bytes become characters; blanks become U+2581; a blank or U+2581 is put in front. */
bool normalizer_puts_letters(const struct normalizer *n);
bool normalizer_marks_blanks(const struct normalizer *n);
bool normalizer_puts_blank(const struct normalizer *n);

/* Append the steps in words. */
void normalizer_describe(const struct normalizer *n, struct text *out);

#endif
