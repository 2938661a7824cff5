/* fold.c: case, compatible characters and white space of texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/fold.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

/* Entries of fold.simple that are no character. */
enum { UNKNOWN = 0, NOT_SIMPLE = 1 };

#define BYTES(x) (UINT64_C(0x0101010101010101) * (x)) /* eight times the same byte */
#define POINTS 65536

void
fold_init(struct fold *f)
{
	memset(f, 0, sizeof *f);
	f->simple = mem_array(POINTS, sizeof *f->simple);
}

void
fold_release(struct fold *f)
{
	text_release(&f->out);
	mem_free(f->simple);
	mem_free(f->point);
}

static void
flush_chunk(struct fold *f)
{
	text_bytes(&f->out, f->chunk, f->n);
	f->n = 0;
}

/* Append the white space before a character, and make room for that, of at most 8 bytes. */
static inline void
begin_char(struct fold *f)
{
	if (f->n + 9 > sizeof f->chunk)
		flush_chunk(f);
	if (f->blank)
		f->chunk[f->n++] = ' ';
	f->blank = false;
}

/* Append a folded character; white space waits for the next one. */
static inline void
put_char(struct fold *f, uint32_t cp)
{
	if (cp == ' ') {
		f->blank = f->out.len + f->n > 0;
		return;
	}
	begin_char(f);
	if (cp < 0x80)
		f->chunk[f->n++] = (char)cp;
	else
		f->n += unicode_encode(cp, f->chunk + f->n);
}

static uint32_t
blank_or(uint32_t cp)
{
	return unicode_kind(cp) == UNICODE_SPACE ? ' ' : cp;
}

/* What a character below POINTS becomes, if that is one character, and no mark, which may change
 * places with another. */
static uint32_t
simple_of(struct fold *f, uint32_t cp)
{
	int32_t to[4];
	char text[4];

	if (f->simple[cp] == UNKNOWN) {
		bool one = unicode_fold(text, unicode_encode(cp, text), to, 4) == 1;

		f->simple[cp] = one && unicode_is_starter((uint32_t)to[0])
					? blank_or((uint32_t)to[0])
					: NOT_SIMPLE;
	}
	return f->simple[cp];
}

/* Fold a run of valid UTF-8 whose marks have to be put in order. */
static void
fold_run(struct fold *f, const char *text, size_t size)
{
	size_t n = unicode_fold(text, size, f->point, f->cap);

	if (n > f->cap) {
		mem_grow(&f->point, &f->cap, n, sizeof *f->point);
		n = unicode_fold(text, size, f->point, f->cap);
	}
	for (size_t i = 0; i < n; i++)
		put_char(f, blank_or((uint32_t)f->point[i]));
}

/* Fold the characters outside of ASCII at the start of a text. Returns the number of bytes, not 0.
 */
static size_t
fold_wide(struct fold *f, const char *text, size_t size)
{
	size_t at = 0, run = 0, n;
	uint32_t cp;

	while (at < size && (signed char)text[at] < 0 &&
	       (n = unicode_decode(text + at, size - at, &cp)) > 0) {
		uint32_t to = cp < POINTS ? simple_of(f, cp) : NOT_SIMPLE;

		at += n;
		if (to == NOT_SIMPLE)
			continue;
		if (at - n > run)
			fold_run(f, text + run, at - n - run);
		put_char(f, to);
		run = at;
	}
	if (at > run)
		fold_run(f, text + run, at - run);
	if (at == 0) {
		begin_char(f);
		f->chunk[f->n++] = text[at++];
	}
	return at;
}

/*
 * Append eight bytes at once, in lower case: if all of them are printable ASCII, and there is no
 * white space but single blanks. Returns whether they were.
 */
static inline bool
put_eight(struct fold *f, const char *text)
{
	uint64_t x, low, upper, blanks;

	memcpy(&x, text, sizeof x);
	if (x & BYTES(0x80))
		return false;
	low = (x | BYTES(0x80)) - BYTES(0x20); /* 0x80 is left where a byte is at least 0x20 */
	blanks = ((x ^ BYTES(0x20)) + BYTES(0x7F)) & BYTES(0x80); /* 0 where a byte is a blank */
	blanks ^= BYTES(0x80);
	if ((low & BYTES(0x80)) != BYTES(0x80) || blanks & blanks << 8 ||
	    (text[0] == ' ' && (f->blank || f->out.len + f->n == 0)))
		return false;
	begin_char(f);
	upper = (x + BYTES(0x80 - 'A')) & ~(x + BYTES(0x7F - 'Z')) & BYTES(0x80);
	x += upper >> 2; /* 0x20 */
	memcpy(f->chunk + f->n, &x, sizeof x);
	f->blank = text[7] == ' ';
	f->n += f->blank ? 7 : 8;
	return true;
}

const char *
fold_text(struct fold *f, const char *text, size_t size)
{
	text_clear(&f->out);
	f->n = 0;
	f->blank = false;
	for (size_t i = 0; i < size;) {
		char c = text[i];

		if (size - i >= 8 && put_eight(f, text + i)) {
			i += 8;
		} else if ((signed char)c < 0) {
			i += fold_wide(f, text + i, size - i);
		} else {
			bool space = c == ' ' || (c >= '\t' && c <= '\r');

			put_char(f, space                  ? ' '
				    : c >= 'A' && c <= 'Z' ? (uint32_t)(c - 'A' + 'a')
							   : (uint32_t)c);
			i++;
		}
	}
	flush_chunk(f);
	return text_get(&f->out);
}
