/* Messages to and from a translator: how a text is written and read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_FRAMING_H
#define RETORT_DATA_TRANSLATE_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/text.h"

/*
 * Append a text as one message, with control characters as blanks: a line, or, if `framed`, in
 * Apertium's stream format: a backslash before each of \ [ ] { } ^ $ / @ < >, then an empty
 * superblank "[]", which ends a sentence, and a NUL.
 */
void framing_encode(struct text *out, const char *text, bool framed);

/* Decode one message, given without its terminator, into *out, which is cleared first: undo
 * escapes, drop superblanks and blanks at both ends. */
void framing_decode(struct text *out, const char *bytes, size_t size, bool framed);

/* Whether the text is UTF-8. */
bool framing_is_utf8(const char *text, size_t len);

#endif
