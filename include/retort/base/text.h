/* Growable text, numbers that survive a round trip, and the width of UTF-8 in columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_TEXT_H
#define RETORT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s;    /* NUL-terminated once anything was added; NULL before */
	size_t len; /* bytes without the NUL */
	size_t cap;
};

void text_add(struct text *t, const char *s);
void text_bytes(struct text *t, const char *s, size_t len);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_item(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))); /* behind ", " where there is something */
void
text_items(struct text *t,
	   const char *(*next)(size_t i)); /* every candidate as such an item; NULL past the last */
void text_add_plain(
	struct text *t,
	const char *s); /* what is no UTF-8, and control characters, as \xHH: fit for a terminal */
void text_clear(struct text *t);
void text_release(struct text *t);

/* The text, "" when empty; borrowed until the next change. */
const char *text_get(const struct text *t);

/*
 * Copy as much of a list with ", " between as fits whole, and how many more there are: "a 1 -> 2, b
 * 3 -> 4 and 7 more". Where not even the first fits it is cut. Returns buf.
 */
const char *text_fit(char *buf, size_t size, const char *list);

/* The shortest of %.15g, %.16g and %.17g that reads back to the same double. Returns buf. */
const char *text_number(char *buf, size_t size, double x);

/*
 * A whole word as a finite decimal number ("nan", "inf", hex floats and trailing characters are
 * refused). 0, or -1. Independent of the locale's decimal point.
 */
int text_to_double(const char *s, double *out);

/*
 * The same number where a word begins with a plain one (up to 15 digits, no exponent), fast;
 * returns its end. NULL: it does not, or may not; *out means nothing then.
 */
const char *text_decimal(const char *s, double *out);

/* A whole word as a decimal integer within int64. 0, or -1. */
int text_to_int(const char *s, int64_t *out);

/*
 * Decode one UTF-8 character of at most `len` bytes. Returns its length in bytes, 1 with
 * *cp = U+FFFD where the bytes are not UTF-8, 0 when len is 0.
 */
size_t text_utf8(const char *s, size_t len, uint32_t *cp);

/* Columns a NUL-terminated UTF-8 string takes. */
int text_width(const char *s);

#endif
