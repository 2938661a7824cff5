/* How a text is written to a translator, and read back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_FRAMING_H
#define RETORT_DATA_TRANSLATE_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/text.h"

/*
 * Add a text as one message, control characters as blanks. A line; or `framed` as Apertium's stream
 * format has it: with a backslash before each of \ [ ] { } ^ $ / @ < >, an empty superblank "[]"
 * behind it, which ends a sentence, and a NUL.
 */
void framing_put(struct text *out, const char *text, bool framed);

/* The text of one message without its end, into *out, which is cleared: escapes undone, superblanks
 * and blanks at both ends left out. */
void framing_take(struct text *out, const char *bytes, size_t size, bool framed);

/* All of it is UTF-8. */
bool framing_is_clean(const char *text, size_t len);

#endif
