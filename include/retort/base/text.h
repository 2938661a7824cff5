/* Growable strings, decimal numbers that survive a round trip, UTF-8. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_TEXT_H
#define RETORT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s;    /* NUL-terminated; NULL while nothing was added */
	size_t len; /* bytes, without the NUL */
	size_t cap;
};

void text_add(struct text *t, const char *s);
void text_bytes(struct text *t, const char *s, size_t len);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append an item of a list: ", " goes before it unless the text is empty. */
void text_item(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append next(0), next(1) ... as items; next returns NULL past the last. */
void text_items(struct text *t, const char *(*next)(size_t i));

/* Append with control characters and bytes that are not UTF-8 as \xHH, safe for a terminal. */
void text_add_plain(struct text *t, const char *s);

/* Replace each character that a terminal would obey, except line feeds and tabs, by '?', in place.
 * Every message and every text for people passes through here: it may hold bytes of files and
 * names. Returns s. */
char *text_printable(char *s);

void text_clear(struct text *t);
void text_release(struct text *t);

/* The string, "" when empty; borrowed until the next change. */
const char *text_get(const struct text *t);

/*
 * Copy as many items of a list "a, b, c" as fit into buf, and the number of the others: "a, b and 7
 * more". If not even the first fits, it is truncated. Returns buf.
 */
const char *text_fit(char *buf, size_t size, const char *list);

/* Write the shortest of %.15g, %.16g and %.17g that reads back to the same double. Returns buf. */
const char *text_number(char *buf, size_t size, double x);

/*
 * Parse a string that is one finite decimal number; "nan", "inf", hexadecimal and trailing
 * characters are invalid. Returns 0, or -1. Independent of the locale's decimal point.
 */
int text_to_double(const char *s, double *out);

/*
 * Fast path: parse a number of up to 15 digits without an exponent at the start of a string, to the
 * same double. Returns its end; NULL, with *out undefined, when text_to_double is needed.
 */
const char *text_decimal(const char *s, double *out);

/* Parse a string that is one decimal integer within int64_t. Returns 0, or -1. */
int text_to_int(const char *s, int64_t *out);

/*
 * Decode one UTF-8 character of at most `len` bytes. Returns its length in bytes; 1 with *cp U+FFFD
 * where the bytes are not UTF-8; 0 when len is 0.
 */
size_t text_utf8(const char *s, size_t len, uint32_t *cp);

/* Whether a string is UTF-8. */
bool text_is_utf8(const char *s);

/* Bytes of a name before its suffix ("a.ret", ".ret": 1), or all where it has another, or nothing
 * before it. */
size_t text_stem(const char *name, const char *suffix);

/* Whether a name has this suffix, and something before it. */
bool text_has_suffix(const char *name, const char *suffix);

/* Width of a UTF-8 string on a terminal, in columns. */
int text_width(const char *s);

#endif
