/* jsonlines.c: an object on each line becomes a row of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/*
 * Not Jansson: it makes a tree of every line, which for a file of 1 GiB is ten times its size and
 * most of the time, and knows neither the column of an error nor a key that comes twice. Objects of
 * strings and numbers are a page of code. Values are decoded into one block as large as the file:
 * what JSON writes is never shorter than what it means.
 */

#include "retort/data/read/jsonlines.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

#define CELLS ((size_t)1 << 28) /* of a table, at most */

struct reader {
	const char *p, *end; /* of the line at hand */
	const char *line_start;
	size_t line, row; /* line from 1; row of values from 0 */
	char *out;        /* where the next text goes; never behind what is read */
	struct text_key {
		const char *name;
		size_t seen; /* row + 1 in which it came last */
	} * key;
	size_t n_keys, cap_keys, guess; /* guess: keys come in the same order in every line */
	const char **cell;              /* NULL in the first pass */
	struct err *e;
};

static int
wrong(struct reader *r, const char *at, const char *what)
{
	return err_set(r->e, "line %zu, column %zu: %s", r->line, (size_t)(at - r->line_start) + 1,
		       what);
}

static void
skip(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r'))
		r->p++;
}

static int
expect(struct reader *r, char c, const char *what)
{
	skip(r);
	if (r->p < r->end && *r->p == c) {
		r->p++;
		return 0;
	}
	return wrong(r, r->p, what);
}

/* Four hexadecimal digits. */
static int
hex(struct reader *r, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, r->p++) {
		char c = r->p < r->end ? *r->p : ' ';
		int digit = c >= '0' && c <= '9'                 ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;

		if (digit < 0)
			return wrong(r, r->p, "\\u takes four hexadecimal digits");
		*out = *out * 16 + (uint32_t)digit;
	}
	return 0;
}

/* Behind "\u": a character, or both halves of one. */
static int
escape_unicode(struct reader *r)
{
	const char *at = r->p - 2;
	uint32_t c, low = 0;

	if (hex(r, &c) < 0)
		return -1;
	if (c >= 0xD800 && c < 0xDC00 && r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == 'u') {
		r->p += 2;
		if (hex(r, &low) < 0)
			return -1;
	}
	if (low)
		c = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00)
						  : 0xD800;
	if (c >= 0xD800 && c < 0xE000)
		return wrong(r, at, "half a surrogate pair is no character");
	if (c == 0)
		return wrong(r, at, "NUL is no character of a text");
	r->out += text_utf8_put(c, r->out);
	return 0;
}

static int
escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (++r->p == r->end)
		return wrong(r, r->p, "the line ends inside of a string");
	if (*r->p == 'u') {
		r->p++;
		return escape_unicode(r);
	}
	found = *r->p ? strchr(from, *r->p) : NULL;
	if (!found)
		return wrong(r, r->p - 1, "no such escape in JSON");
	*r->out++ = to[found - from];
	r->p++;
	return 0;
}

/* A string, whose opening quote is at hand; decoded, with a NUL behind it. */
static int
string(struct reader *r, const char **out)
{
	*out = r->out;
	for (r->p++; r->p < r->end && *r->p != '"';) {
		unsigned char c = (unsigned char)*r->p;
		uint32_t cp;
		size_t n;

		if (c < 0x20)
			return wrong(
				r, r->p,
				"a control character in a string; JSON writes it with a backslash");
		if (c == '\\') {
			if (escape(r) < 0)
				return -1;
			continue;
		}
		n = c < 0x80 ? 1 : text_utf8(r->p, (size_t)(r->end - r->p), &cp);
		if (c >= 0x80 && n == 1)
			return wrong(r, r->p, "this is not UTF-8");
		memmove(r->out, r->p, n);
		r->out += n;
		r->p += n;
	}
	if (r->p == r->end)
		return wrong(r, r->p, "the line ends inside of a string");
	r->p++;
	*r->out++ = '\0';
	return 0;
}

/* A number, true, false or null, which go as they stand; the NUL takes the place of what ends them.
 */
static int
word(struct reader *r, const char **out)
{
	const char *start = r->p;
	size_t n;
	double x;

	while (r->p < r->end && !strchr(" \t\r,}]", *r->p))
		r->p++;
	n = (size_t)(r->p - start);
	if (n == 4 && memcmp(start, "null", 4) == 0) {
		*out = "";
		return 0;
	}
	*out = r->out;
	memmove(r->out, start, n);
	r->out += n;
	*r->out++ = '\0';
	if (strcmp(*out, "true") == 0 || strcmp(*out, "false") == 0 ||
	    text_to_double(*out, &x) == 0)
		return 0;
	return wrong(r, start, "this is no string, number, true, false or null");
}

static int
value(struct reader *r, const char **out)
{
	skip(r);
	if (r->p < r->end && *r->p == '"')
		return string(r, out);
	if (r->p < r->end && (*r->p == '{' || *r->p == '['))
		return wrong(r, r->p,
			     "an object or list inside of a row: a cell is a string or a number");
	return word(r, out);
}

/* The column of a key, a new one where it is not known; -1 when there are too many. */
static int64_t
column_of(struct reader *r, const char *name)
{
	size_t i = r->guess < r->n_keys && strcmp(r->key[r->guess].name, name) == 0 ? r->guess : 0;

	while (i < r->n_keys && strcmp(r->key[i].name, name) != 0)
		i++;
	if (i == r->n_keys) {
		if (i == JSONLINES_KEYS)
			return -1;
		mem_grow(&r->key, &r->cap_keys, i + 1, sizeof *r->key);
		r->key[r->n_keys++].name = name;
	}
	r->guess = i + 1;
	return (int64_t)i;
}

static int
pair(struct reader *r)
{
	const char *name, *at, *text;
	int64_t c;

	skip(r);
	at = r->p;
	if (r->p == r->end || *r->p != '"')
		return wrong(r, r->p, "a key in double quotes is expected");
	if (string(r, &name) < 0)
		return -1;
	c = column_of(r, name);
	if (c < 0)
		return wrong(r, at, "more than 4096 different keys");
	if (r->key[c].seen == r->row + 1)
		return wrong(r, at, "this key stands in the line already");
	r->key[c].seen = r->row + 1;
	if (expect(r, ':', "a colon is expected behind the key") < 0 || value(r, &text) < 0)
		return -1;
	if (r->cell)
		r->cell[(r->row + 1) * r->n_keys + (size_t)c] = text;
	return 0;
}

static int
object(struct reader *r)
{
	if (expect(r, '{', "an object in braces is expected") < 0)
		return -1;
	skip(r);
	r->guess = 0;
	if (r->p < r->end && *r->p == '}') {
		r->p++;
	} else {
		do {
			if (pair(r) < 0)
				return -1;
			skip(r);
		} while (r->p < r->end && *r->p == ',' && r->p++);
		if (expect(r, '}', "a comma or a closing brace is expected") < 0)
			return -1;
	}
	skip(r);
	return r->p == r->end ? 0 : wrong(r, r->p, "something behind the object");
}

/* Every line with something on it. `line` gets where rows stand, where it is not NULL. */
static int
lines(struct reader *r, const char *p, const char *end, size_t *line)
{
	for (; p < end; p = r->end + 1) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		r->p = r->line_start = p;
		r->end = lf ? lf : end;
		r->line++;
		skip(r);
		if (r->p == r->end)
			continue;
		if (object(r) < 0)
			return -1;
		if (line)
			line[r->row + 1] = r->line;
		r->row++;
	}
	return 0;
}

bool
jsonlines_is(const char *bytes, size_t size)
{
	size_t i = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (i < size && strchr(" \t\r\n", bytes[i]) && bytes[i])
		i++;
	return i < size && bytes[i] == '{';
}

/* The first pass finds keys, rows and errors; the second fills the cells. */
static int
both_passes(struct reader *r, const char *bytes, size_t size, struct csvfile *t)
{
	size_t bom = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, cells;
	char *names = t->bytes + size + 1;

	r->out = names;
	if (lines(r, bytes + bom, bytes + size, NULL) < 0)
		return -1;
	if (r->row == 0 || r->n_keys == 0)
		return err_set(r->e, r->row ? "no keys: every object is empty" : "no rows");
	t->rows = r->row + 1;
	t->columns = r->n_keys;
	cells = t->rows > CELLS / t->columns ? 0 : t->rows * t->columns;
	t->cell = cells ? mem_try(cells, sizeof *t->cell) : NULL;
	t->line = mem_try(t->rows, sizeof *t->line);
	if (!t->cell || !t->line)
		return err_set(r->e, "no memory for %zu rows of %zu columns", t->rows, t->columns);
	for (size_t i = 0; i < cells; i++)
		t->cell[i] = "";
	for (size_t c = 0; c < t->columns; c++) {
		t->cell[c] = r->key[c].name;
		r->key[c].seen = 0;
	}
	t->line[0] = 1;
	r->cell = t->cell;
	r->out = t->bytes;
	r->line = r->row = 0;
	return lines(r, bytes + bom, bytes + size, t->line);
}

int
jsonlines_parse(const char *bytes, size_t size, struct csvfile *out, struct err *e)
{
	struct reader r = { .e = e };
	struct csvfile t = { 0 };
	int status = -1;

	memset(out, 0, sizeof *out);
	/* twice: the texts of the first pass hold the names of the keys, and the second has texts
	 * of its own */
	t.bytes = size < SIZE_MAX / 2 - 1 ? mem_try(2 * (size + 1), 1) : NULL;
	if (!t.bytes)
		err_set(e, "no memory for %zu bytes", size);
	else
		status = both_passes(&r, bytes, size, &t);
	mem_free(r.key);
	if (status < 0) {
		csvfile_release(&t);
		return -1;
	}
	t.named = true;
	t.hash = hash_of(bytes, size);
	*out = t;
	return 0;
}
