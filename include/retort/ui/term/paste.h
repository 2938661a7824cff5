/* Bracketed paste: what a terminal sends between ESC [ 200 ~ and ESC [ 201 ~ is a text, not keys.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PASTE_H
#define RETORT_UI_TERM_PASTE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/text.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define PASTE_MAX ((size_t)1 << 20) /* bytes; a longer paste is cut, see `too_long` */

struct paste {
	bool on;          /* between the two marks */
	bool too_long;    /* bytes beyond PASTE_MAX were dropped */
	struct text text; /* so far; lines end with LF, NUL bytes are blanks */
};

/* Offset of the first mark in the bytes, or of a beginning of it at their end; `n`: neither. */
size_t paste_mark(const char *bytes, size_t n);

/* Whether the bytes begin with the first mark; if so, start a paste: its 6 bytes are taken. */
size_t paste_begin(struct paste *p, const char *bytes, size_t n);

/* Take bytes of a paste; returns how many were taken. The mark at the end sets p->on to false. */
size_t paste_take(struct paste *p, const char *bytes, size_t n);

void paste_release(struct paste *p);

#endif
