/* Unicode: UTF-8, categories, lower case, normal forms, widths on a terminal; wraps utf8proc. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_UNICODE_H
#define RETORT_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode one UTF-8 character of at most `len` bytes. Returns its length in bytes; 0 where the
 * bytes are not well-formed UTF-8 (overlong, surrogate, past U+10FFFF, cut) or len is 0.
 */
size_t unicode_decode(const char *s, size_t len, uint32_t *cp);

/* Encode `cp`, at most U+10FFFF, into buf[4]; returns the number of bytes, without a NUL. */
size_t unicode_encode(uint32_t cp, char *buf);

/*
 * Columns of a character on a terminal: 0 (non-spacing and enclosing marks), 1 or 2; -1 for C0 and
 * C1 controls. This is wcwidth() where the locale has the character, since curses counts columns
 * with it; of characters that the C library does not have, it is the width in Unicode.
 */
int unicode_width(uint32_t cp);

/* Classes that the patterns of tokenizers use: \p{L}, \p{N}, \s (White_Space), anything else. */
enum unicode_kind { UNICODE_LETTER, UNICODE_NUMBER, UNICODE_SPACE, UNICODE_OTHER };

enum unicode_kind unicode_kind(uint32_t cp);

/* Category P*, or an ASCII sign that is neither a letter nor a digit, as in BERT. */
bool unicode_is_punctuation(uint32_t cp);

/* Category C* except tab, LF and CR. */
bool unicode_is_control(uint32_t cp);

/* C0 or C1 controls and DEL, which a terminal would obey. */
bool unicode_is_terminal_control(uint32_t cp);

/* Category Mn, non-spacing marks. */
bool unicode_is_accent(uint32_t cp);

/* Canonical combining class 0: it does not change places with marks beside it. */
bool unicode_is_starter(uint32_t cp);

/* \w of regular expressions: Alphabetic, M*, Nd, Pc and Join_Control. */
bool unicode_is_word(uint32_t cp);

/* Length in bytes of the grapheme cluster at the start of a text; 0 only for an empty one. */
size_t unicode_grapheme(const char *text, size_t size);

/* Simple lower-case mapping, one character to one. */
uint32_t unicode_lower(uint32_t cp);

/*
 * Decompose valid UTF-8 with marks in canonical order (NFD; with `compatible` NFKD) into buf, which
 * has room for `cap` characters. Returns their number: when it exceeds cap, buf holds nothing
 * valid.
 */
size_t unicode_decompose(const char *text, size_t size, bool compatible, int32_t *buf, size_t cap);

/* The same in NFKD with case folded and Default_Ignorable_Code_Point left out: equal for texts that
 * read the same. */
size_t unicode_fold(const char *text, size_t size, int32_t *buf, size_t cap);

/* Compose n decomposed characters in place (NFD to NFC). Returns the number left. */
size_t unicode_compose(int32_t *buf, size_t n);

#endif
