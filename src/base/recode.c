/* recode.c: texts through iconv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/recode.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"

#define HELD 16 /* bytes of an incomplete character, at most */

struct recode {
	iconv_t to;
	const char *encoding; /* borrowed */
	char held[HELD];      /* bytes of an incomplete character */
	size_t n_held;
	size_t taken; /* bytes converted so far */
	char *out;    /* owned [cap] */
	size_t cap;
};

const char *
recode_by_mark(const char *bytes, size_t size, size_t *mark)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
	} marks[] = {
		{ "UTF-32LE", "\xFF\xFE\0\0", 4 },
		{ "UTF-32BE", "\0\0\xFE\xFF", 4 },
		{ "UTF-16LE", "\xFF\xFE", 2 },
		{ "UTF-16BE", "\xFE\xFF", 2 },
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (size >= marks[i].n && memcmp(bytes, marks[i].bytes, marks[i].n) == 0) {
			*mark = marks[i].n;
			return marks[i].name;
		}
	return NULL;
}

struct recode *
recode_open(const char *encoding, struct err *e)
{
	iconv_t to = iconv_open("UTF-8", encoding);
	struct recode *r;

	if (to == (iconv_t)-1) { /* NOLINT: iconv's own form of NULL */
		err_set(e,
			"unknown encoding '%.40s' (expected a name of iconv, such as latin1, "
			"windows-1252, utf-16, shift_jis or gb18030)",
			encoding);
		return NULL;
	}
	r = mem_new(sizeof *r);
	*r = (struct recode){ .to = to, .encoding = encoding };
	return r;
}

void
recode_close(struct recode *r)
{
	if (!r)
		return;
	iconv_close(r->to);
	mem_free(r->out);
	mem_free(r);
}

static int
refuse_bytes(const struct recode *r, size_t at, struct err *e)
{
	return err_set(e, "byte %zu: no text in the encoding %.40s (expected another `encoding`)",
		       at, r->encoding);
}

/* Convert bytes behind the *used that r->out holds; *left of them are an incomplete character. */
static int
convert_bytes(struct recode *r, const char *bytes, size_t size, size_t *used, size_t *left,
	      struct err *e)
{
	char *in = (char *)(uintptr_t)bytes; /* iconv does not write through it */

	*left = size;
	while (*left > 0) {
		char *to = r->out + *used;
		size_t room = r->cap - *used, done;

		done = iconv(r->to, &in, left, &to, &room);
		*used = (size_t)(to - r->out);
		if (done != (size_t)-1 || errno == EINVAL)
			break;
		if (errno == EILSEQ)
			return refuse_bytes(r, r->taken + size - *left, e);
		if (mem_try_grow(&r->out, &r->cap, r->cap + 64, 1) < 0)
			return err_set(e, "no memory for %zu bytes of text", r->cap + 64);
	}
	return *left < HELD ? 0 : refuse_bytes(r, r->taken + size - *left, e);
}

/* Complete the character that waits, byte by byte. *more: bytes that it took. */
static int
complete_character(struct recode *r, const char *bytes, size_t size, size_t *used, size_t *more,
		   struct err *e)
{
	for (*more = 0; r->n_held && *more < size;) {
		size_t left, before = r->n_held;

		r->held[r->n_held++] = bytes[(*more)++];
		if (convert_bytes(r, r->held, r->n_held, used, &left, e) < 0)
			return -1;
		if (left < before + 1)
			r->taken += before + 1 - left;
		memmove(r->held, r->held + r->n_held - left, left);
		r->n_held = left;
		if (left == HELD - 1)
			return refuse_bytes(r, r->taken, e);
	}
	return 0;
}

int
recode_next(struct recode *r, const char *bytes, size_t size, int last, const char **out, size_t *n,
	    struct err *e)
{
	size_t used = 0, more = 0, left = 0;

	if (mem_try_grow(&r->out, &r->cap, size + size / 2 + 64, 1) < 0)
		return err_set(e, "no memory for %zu bytes of text", size);
	if (complete_character(r, bytes, size, &used, &more, e) < 0)
		return -1;
	if (more < size) {
		if (convert_bytes(r, bytes + more, size - more, &used, &left, e) < 0)
			return -1;
		memcpy(r->held, bytes + size - left, left);
		r->n_held = left;
		r->taken += size - more - left;
	}
	if (last && r->n_held)
		return refuse_bytes(r, r->taken, e);
	*out = r->out;
	*n = used;
	return 0;
}
