/* The running hash of a recording: every line ends with a hash of itself and of the line before. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CHAIN_H
#define RETORT_SESSION_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/text.h"

#define CHAIN_DIGITS 16 /* hexadecimal digits of a hash: the first 64 bits of a SHA-256 */
#define CHAIN_TAG 20    /* bytes that a hash adds to a line, "run 100 #=0123456789abcdef" */
#define CHAIN_BREAKS 3  /* breaks whose lines are kept */

/* The hash of the last line; "" before the first. */
struct chain {
	char hash[CHAIN_DIGITS + 1];
};

/* Append to a line, which has no line end, the hash of it and of the line before. It is a comment
 * to the language. */
void chain_add(struct chain *c, struct text *line);

/* Bytes of a line without its hash, the blank before it and a carriage return. */
size_t chain_strip(const char *line, size_t len);

struct chain_state {
	size_t hashed;             /* lines with a hash; 0: the text has no running hash */
	size_t breaks;             /* lines that do not follow from the line before */
	size_t line[CHAIN_BREAKS]; /* numbers of the first of them, from 1 */
	struct chain last;         /* the hash that the last line has; "": none */
	bool torn;                 /* the text does not end in a newline */
};

/*
 * Compare the hashes of a text. A line that was edited, or put in, or follows one that was taken
 * out, is a break; the next line is compared with the hash that is written there, so that each edit
 * counts once. Empty lines, comments and a last line without an end do not count.
 */
void chain_check(const char *text, struct chain_state *out);

#endif
