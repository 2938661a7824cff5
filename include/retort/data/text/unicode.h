/* What Unicode says of characters, and its normal forms; the door to utf8proc. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_UNICODE_H
#define RETORT_DATA_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The four that patterns of tokenizers tell apart: \p{L}, \p{N}, \s, and the rest. */
enum unicode_kind { UNICODE_LETTER, UNICODE_NUMBER, UNICODE_SPACE, UNICODE_OTHER };

enum unicode_kind unicode_kind(uint32_t cp);
bool unicode_is_punctuation(uint32_t cp); /* a category that begins with P, or a sign of ASCII that
					     is no letter or digit */
bool unicode_is_control(uint32_t cp); /* a category that begins with C, but for tab, LF and CR */
bool unicode_is_accent(uint32_t cp);  /* Mn: it takes no place of its own */
uint32_t unicode_lower(uint32_t cp);

/*
 * The characters of valid UTF-8, each taken apart where it can be, with accents in canonical order
 * (NFD; with `compatible` NFKD). buf has room for `cap` of them. Returns how many there are: when
 * that is more than cap, nothing in buf counts.
 */
size_t unicode_apart(const char *text, size_t size, bool compatible, int32_t *buf, size_t cap);

/* Put together what unicode_apart has taken apart (NFC of NFD), in place. Returns how many are
 * left. */
size_t unicode_together(int32_t *buf, size_t n);

#endif
