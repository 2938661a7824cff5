/* Writes JSON to a stream, without building a tree. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_JSONWRITER_H
#define RETORT_BASE_JSONWRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Separators are written as needed. In all functions `key` names the member of an object; NULL: an
 * element of an array, or the outermost value. Jansson writes 0.1 as 0.10000000000000001 and needs
 * the whole tree; it is used for reading.
 */
struct jsonwriter {
	FILE *out;  /* borrowed */
	bool comma; /* the next value needs a comma before it */
};

/* Begin and end an object or an array: bracket is '{' or '[', then '}' or ']'. */
void jsonwriter_begin(struct jsonwriter *w, const char *key, char bracket);
void jsonwriter_end(struct jsonwriter *w, char bracket);

/* Bytes that are not UTF-8 become U+FFFD. */
void jsonwriter_string(struct jsonwriter *w, const char *key, const char *s);

/* The shortest decimal that reads back to the same double, at most 17 digits; null for NaN and
 * infinities. */
void jsonwriter_number(struct jsonwriter *w, const char *key, double x);

void jsonwriter_integer(struct jsonwriter *w, const char *key, int64_t n);
void jsonwriter_bool(struct jsonwriter *w, const char *key, bool value);
void jsonwriter_null(struct jsonwriter *w, const char *key);

#endif
