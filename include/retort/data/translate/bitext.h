/* Texts before and after they were translated there and back: in memory, and as a file. */
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
	double alike; /* trigram_cosine_texts of the two, once bitext_measure has been called; -1
			 before */
};

/* Every text before is there once. */
struct bitext {
	char *translator; /* owned: what the file says made them; one line */
	size_t n, cap;
	struct bitext_pair *pair; /* owned; in the order in which they were added */
	uint32_t *slot;           /* owned: 1 + index of a pair by hash of its text; 0: free */
	size_t slots;             /* a power of two */
	bool torn;                /* the file they were read from has a last line without an end */
	struct hash hash;         /* SHA-256 of the file they were read from */
};

/*
 * A file is UTF-8: a line "retort-bitext 1 TRANSLATOR", then a line for each pair, before and after
 * with a tab between; in them stands \t for a tab, \n and \r for ends of lines, \\ for a backslash.
 * A last line without an end is left out, because such files grow while they are used. Refused with
 * the number of the line: another first line, no tab or two, another escape, NUL bytes, what is no
 * UTF-8; more than 1 GiB. Of two lines of the same text before, the first counts.
 */
struct bitext *bitext_read(const char *path, struct err *e);
struct bitext *bitext_parse(const char *bytes, size_t size, struct err *e);

struct bitext *bitext_new(const char *translator);
void bitext_free(struct bitext *b);

/* Copies both; one that is there already stays. */
void bitext_add(struct bitext *b, const char *before, const char *after);

/* See how alike the two texts of each pair are, where that is not known yet: about a millisecond
 * for twenty texts of 400 bytes. */
void bitext_measure(struct bitext *b);

/* It came back as another text. */
bool bitext_differs(const struct bitext_pair *p);

/* What a text has become, or NULL. */
const struct bitext_pair *bitext_find(const struct bitext *b, const char *before);

/* A file of all of them, in its place whole or not at all. */
int bitext_write(const struct bitext *b, const char *path, struct err *e);

/* The first line of a file, and the line of a pair, without ends. */
void bitext_head(struct text *out, const char *translator);
void bitext_line(struct text *out, const char *before, const char *after);

#endif
