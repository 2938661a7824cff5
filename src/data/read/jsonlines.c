/* jsonlines.c: objects on lines become rows of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* An own parser, not Jansson, which takes 1.8 times as long for an object a line at a time and
 * gives numbers as doubles, while a cell is the spelling in the file (docs/performance.md). */

#include "retort/data/read/jsonlines.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/data/read/jsonspan.h"

#define CELLS ((size_t)1 << 28) /* of a table, at most */
#define SPARE ((size_t)1 << 22) /* cells that a file may have beyond one for each of its bytes */

struct key {
	char *name;  /* owned */
	size_t seen; /* last row in which it occurred, from 1 */
};

struct reader {
	const char *p, *end; /* of the current line; of the rest of the file where objects extend
				over lines */
	const char *line_start;
	bool lines;  /* each line is an object */
	size_t line; /* from 1 */
	size_t row;  /* rows completed */
	char *out;   /* where the next text is decoded to; it never needs more room than the line */
	char *bytes; /* owned [cap]: decoded texts of the current line */
	size_t cap;
	struct key *key; /* owned [n_keys] */
	size_t n_keys, cap_keys;
	size_t guess;      /* index of the next key, if the line has them in the usual order */
	const char **cell; /* owned [n_keys]: of the current row; NULL in the first pass */
	struct err *e;
};

static int
refuse_at(struct reader *r, const char *at, const char *what)
{
	return err_set(r->e, "line %zu, column %zu: %s", r->line, (size_t)(at - r->line_start) + 1,
		       what);
}

static void
skip_blanks(struct reader *r)
{
	for (;; r->line_start = ++r->p, r->line++) {
		while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r'))
			r->p++;
		if (r->p == r->end || *r->p != '\n')
			return;
	}
}

static int
expect_char(struct reader *r, char c, const char *what)
{
	skip_blanks(r);
	if (r->p < r->end && *r->p == c) {
		r->p++;
		return 0;
	}
	return refuse_at(r, r->p, what);
}

/* Four hexadecimal digits. */
static int
read_hex(struct reader *r, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, r->p++) {
		char c = r->p < r->end ? *r->p : ' ';
		int digit = c >= '0' && c <= '9'                 ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;

		if (digit < 0)
			return refuse_at(r, r->p,
					 "invalid \\u escape (expected four hexadecimal digits)");
		*out = *out * 16 + (uint32_t)digit;
	}
	return 0;
}

/* After "\u": a character, or both halves of a surrogate pair. */
static int
read_unicode_escape(struct reader *r)
{
	const char *at = r->p - 2;
	uint32_t c, low = 0;

	if (read_hex(r, &c) < 0)
		return -1;
	if (c >= 0xD800 && c < 0xDC00 && r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == 'u') {
		r->p += 2;
		if (read_hex(r, &low) < 0)
			return -1;
	}
	if (low)
		c = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00)
						  : 0xD800;
	if (c >= 0xD800 && c < 0xE000)
		return refuse_at(r, at, "half a surrogate pair");
	if (c == 0)
		return refuse_at(r, at, "a NUL character");
	r->out += unicode_encode(c, r->out);
	return 0;
}

static int
read_escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (++r->p == r->end)
		return refuse_at(r, r->p, "the line ends inside a string");
	if (*r->p == 'u') {
		r->p++;
		return read_unicode_escape(r);
	}
	found = *r->p ? strchr(from, *r->p) : NULL;
	if (!found)
		return refuse_at(r, r->p - 1, "invalid escape");
	*r->out++ = to[found - from];
	r->p++;
	return 0;
}

/* A string from its opening quote on: decode it, with a NUL after it. */
static int
read_string(struct reader *r, const char **out)
{
	*out = r->out;
	for (r->p++; r->p < r->end && *r->p != '"';) {
		unsigned char c = (unsigned char)*r->p;
		uint32_t cp;
		size_t n;

		if (c < 0x20)
			return refuse_at(r, r->p,
					 "a control character in a string (expected an escape)");
		if (c == '\\') {
			if (read_escape(r) < 0)
				return -1;
			continue;
		}
		n = c < 0x80 ? 1 : text_utf8(r->p, (size_t)(r->end - r->p), &cp);
		if (c >= 0x80 && n == 1)
			return refuse_at(r, r->p, "not UTF-8");
		memcpy(r->out, r->p, n);
		r->out += n;
		r->p += n;
	}
	if (r->p == r->end)
		return refuse_at(r, r->p, "the line ends inside a string");
	r->p++;
	*r->out++ = '\0';
	return 0;
}

/* A number, true, false or null, copied as it is. */
static int
read_word(struct reader *r, const char **out)
{
	const char *start = r->p;
	size_t n;
	double x;

	while (r->p < r->end && !jsonspan_ends_word(*r->p))
		r->p++;
	n = (size_t)(r->p - start);
	if (n == 4 && memcmp(start, "null", 4) == 0) {
		*out = "";
		return 0;
	}
	*out = r->out;
	memcpy(r->out, start, n);
	r->out += n;
	*r->out++ = '\0';
	if (strcmp(*out, "true") == 0 || strcmp(*out, "false") == 0 ||
	    text_to_double(*out, &x) == 0)
		return 0;
	return refuse_at(r, start,
			 "invalid value (expected a string, number, true, false or null)");
}

static int
read_value(struct reader *r, const char **out)
{
	skip_blanks(r);
	if (r->p < r->end && *r->p == '"')
		return read_string(r, out);
	if (r->p < r->end && (*r->p == '{' || *r->p == '['))
		return refuse_at(r, r->p,
				 "an object or array in a row (expected a string or a number)");
	return read_word(r, out);
}

/* Index of a key, which is added if it is new; -1: there are too many. */
static int64_t
find_key(struct reader *r, const char *name)
{
	size_t i = r->guess < r->n_keys && strcmp(r->key[r->guess].name, name) == 0 ? r->guess : 0;

	while (i < r->n_keys && strcmp(r->key[i].name, name) != 0)
		i++;
	if (i == r->n_keys) {
		if (i == JSONLINES_KEYS)
			return -1;
		mem_grow(&r->key, &r->cap_keys, i + 1, sizeof *r->key);
		r->key[r->n_keys++].name = mem_text(name);
	}
	r->guess = i + 1;
	return (int64_t)i;
}

/* A key, a colon, a value. */
static int
read_pair(struct reader *r)
{
	const char *name, *at, *text;
	int64_t c;

	skip_blanks(r);
	at = r->p;
	if (r->p == r->end || *r->p != '"')
		return refuse_at(r, r->p, "no key (expected one in double quotes)");
	if (read_string(r, &name) < 0)
		return -1;
	c = find_key(r, name);
	if (c < 0)
		return refuse_at(r, at, "too many different keys (expected at most 4096)");
	if (r->key[c].seen == r->row + 1)
		return refuse_at(r, at, "duplicate key in this line");
	r->key[c].seen = r->row + 1;
	if (expect_char(r, ':', "no colon after the key") < 0 || read_value(r, &text) < 0)
		return -1;
	if (r->cell)
		r->cell[c] = text;
	return 0;
}

static int
read_object(struct reader *r)
{
	r->out = r->bytes;
	r->guess = 0;
	if (expect_char(r, '{', "no object (expected one in braces)") < 0)
		return -1;
	skip_blanks(r);
	if (r->p < r->end && *r->p == '}') {
		r->p++;
		return 0;
	}
	do {
		if (read_pair(r) < 0)
			return -1;
		skip_blanks(r);
	} while (r->p < r->end && *r->p == ',' && r->p++);
	return expect_char(r, '}', "no comma or closing brace");
}

/* Read an object of `size` bytes at most; in the second pass hand over its row. */
static int
read_row(struct reader *r, size_t size, row_visit *visit, void *arg)
{
	struct row row = { .cell = r->cell, .columns = r->n_keys, .line = r->line };

	mem_grow(&r->bytes, &r->cap, size + 1, 1);
	for (size_t c = 0; r->cell && c < r->n_keys; c++)
		r->cell[c] = "";
	if (read_object(r) < 0)
		return -1;
	row.row = ++r->row;
	return visit ? visit(arg, &row, r->e) : 0;
}

/* One pass over the lines that are not blank. In the second pass `visit` gets their rows. */
static int
read_lines(struct reader *r, const struct source *s, row_visit *visit, void *arg)
{
	const char *p = s->bytes + source_bom(s->bytes, s->size), *end = s->bytes + s->size;

	for (; p < end; p = r->end + 1) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		r->p = r->line_start = p;
		r->end = lf ? lf : end;
		r->line++;
		skip_blanks(r);
		if (r->p == r->end)
			continue;
		if (read_row(r, (size_t)(r->end - p), visit, arg) < 0)
			return -1;
		skip_blanks(r);
		if (r->p < r->end)
			return refuse_at(r, r->p, "characters after the object");
	}
	return 0;
}

/* One pass over objects that may extend over lines: in brackets with commas between them, or one
 * after the other. */
static int
read_objects(struct reader *r, const struct source *s, row_visit *visit, void *arg)
{
	bool array;

	r->line = 1;
	r->p = r->line_start = s->bytes + source_bom(s->bytes, s->size);
	r->end = s->bytes + s->size;
	skip_blanks(r);
	array = r->p < r->end && *r->p == '[';
	for (r->p += array, skip_blanks(r); r->p < r->end && *r->p != ']'; skip_blanks(r)) {
		size_t len = jsonspan_object(r->p, r->end);

		if (read_row(r, len ? len : (size_t)(r->end - r->p), visit, arg) < 0)
			return -1;
		skip_blanks(r);
		if (array && !(r->p < r->end && (*r->p == ',' || *r->p == ']')))
			return refuse_at(r, r->p, "no comma or closing bracket after the object");
		if (array && *r->p == ',') {
			r->p++;
			skip_blanks(r);
			if (r->p == r->end || *r->p != '{')
				return refuse_at(r, r->p, "no object after the comma");
		}
	}
	if (array && r->p == r->end)
		return refuse_at(r, r->p, "no closing bracket");
	r->p += array;
	skip_blanks(r);
	return r->p == r->end ? 0 : refuse_at(r, r->p, "characters after the objects");
}

/* One pass over the file. */
static int
read_pass(struct reader *r, const struct source *s, row_visit *visit, void *arg)
{
	r->line = r->row = 0;
	return r->lines ? read_lines(r, s, visit, arg) : read_objects(r, s, visit, arg);
}

bool
jsonlines_is(const char *bytes, size_t size)
{
	size_t bom = source_bom(bytes, size);

	return jsonspan_begins(bytes + bom, size - bom);
}

/* The first pass finds the keys and every error of the format; the second delivers the rows. */
static int
read_twice(struct reader *r, struct source *s, row_visit *visit, void *arg)
{
	struct row names = { .line = 1 };
	size_t most, bom = source_bom(s->bytes, s->size);

	r->lines = jsonspan_lines(s->bytes + bom, s->size - bom);
	if (read_pass(r, s, NULL, NULL) < 0)
		return -1;
	if (r->row == 0 || r->n_keys == 0)
		return err_set(r->e, r->row ? "no keys: every object is empty" : "no rows");
	most = s->size + SPARE < CELLS ? s->size + SPARE : CELLS;
	if (r->row + 1 > most / r->n_keys)
		return err_set(r->e,
			       "too many cells: %zu rows of %zu columns (expected at most %zu "
			       "cells in a file of %zu bytes)",
			       r->row, r->n_keys, most, s->size);
	s->rows = r->row;
	r->cell = mem_array(r->n_keys, sizeof *r->cell);
	for (size_t c = 0; c < r->n_keys; c++) {
		r->cell[c] = r->key[c].name;
		r->key[c].seen = 0;
	}
	names.cell = r->cell;
	names.columns = r->n_keys;
	return visit(arg, &names, r->e) < 0 ? -1 : read_pass(r, s, visit, arg);
}

int
jsonlines_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct reader r = { .e = e };
	int status = read_twice(&r, s, visit, arg);

	for (size_t c = 0; c < r.n_keys; c++)
		mem_free(r.key[c].name);
	mem_free(r.key);
	mem_free(r.cell);
	mem_free(r.bytes);
	return status;
}
