/* Texts and their back-translations: in memory, and as a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_BITEXT_H
#define RETORT_DATA_TRANSLATE_BITEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/text.h"

struct bitext_pair {
	char *before, *after; /* owned */
	double cosine;        /* trigram_cosine_texts of the two; -1: not measured yet */
};

/* Texts and their back-translations; each text `before` occurs once. */
struct bitext {
	char *translator; /* owned: name of the translator, one line */
	size_t n, cap;
	struct bitext_pair *pair; /* owned; in order of addition */
	uint32_t *slot;   /* owned hash table [slots]: 1 + index of a pair, by its text `before`; 0:
			     free */
	size_t slots;     /* a power of two */
	bool torn;        /* the file ended in an incomplete line, which was ignored */
	struct hash hash; /* SHA-256 of the file; zero if made by bitext_new */
};

/*
 * Read a file of pairs. It is UTF-8: a line "retort-bitext 1 TRANSLATOR", then a line for each
 * pair, "BEFORE<tab>AFTER", with \t for a tab, \n and \r for line ends, \\ for a backslash. An
 * incomplete last line is ignored, because files grow while they are used. Returns NULL with an
 * error that has the line number for another first line, no tab or several, another escape, NUL
 * bytes, bytes that are not UTF-8; and for more than 1 GiB. Of several lines with the same BEFORE,
 * the first counts.
 */
struct bitext *bitext_read(const char *path, struct err *e);
struct bitext *bitext_parse(const char *bytes, size_t size, struct err *e);

struct bitext *bitext_new(const char *translator);
void bitext_free(struct bitext *b);

/* Add a pair, copying both texts; no effect if `before` is present. */
void bitext_add(struct bitext *b, const char *before, const char *after);

/* Compute the cosine of each pair that has none yet: about a millisecond for twenty texts of 400
 * bytes. */
void bitext_measure(struct bitext *b);

/* Whether the back-translation is neither empty nor equal to the text. */
bool bitext_differs(const struct bitext_pair *p);

/* The pair of a text, or NULL. */
const struct bitext_pair *bitext_find(const struct bitext *b, const char *before);

/* Write all pairs to a file, atomically. */
int bitext_write(const struct bitext *b, const char *path, struct err *e);

/* Append the first line of a file; the line of a pair; both with their line feed. */
void bitext_head(struct text *out, const char *translator);
void bitext_line(struct text *out, const char *before, const char *after);

#endif
