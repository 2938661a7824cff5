/* jsonlines.c: objects on lines become rows of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/*
 * An own parser, not Jansson: json_loadb, an object a line at a time, takes 2.3 s of processor time
 * for 100 MB where reading a whole data set with this parser takes 1.3 s, and it gives
 * numbers as doubles, while a cell is the spelling in the file. See docs/performance.md.
 */

#include "retort/data/read/jsonlines.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"

#define CELLS ((size_t)1 << 28) /* of a table, at most */

struct key {
	char *name;  /* owned */
	size_t seen; /* last row in which it occurred, from 1 */
};

struct reader {
	const char *p, *end; /* of the current line */
	const char *line_start;
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
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r'))
		r->p++;
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

	while (r->p < r->end && !strchr(" \t\r,}]", *r->p))
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
	} else {
		do {
			if (read_pair(r) < 0)
				return -1;
			skip_blanks(r);
		} while (r->p < r->end && *r->p == ',' && r->p++);
		if (expect_char(r, '}', "no comma or closing brace") < 0)
			return -1;
	}
	skip_blanks(r);
	return r->p == r->end ? 0 : refuse_at(r, r->p, "characters after the object");
}

/* One pass over the lines that are not blank. In the second pass `visit` gets their rows. */
static int
read_lines(struct reader *r, const struct source *s, row_visit *visit, void *arg)
{
	const char *p = s->bytes + source_bom(s->bytes, s->size), *end = s->bytes + s->size;

	r->line = r->row = 0;
	for (; p < end; p = r->end + 1) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct row row = { .cell = r->cell, .columns = r->n_keys };

		r->p = r->line_start = p;
		r->end = lf ? lf : end;
		r->line++;
		skip_blanks(r);
		if (r->p == r->end)
			continue;
		mem_grow(&r->bytes, &r->cap, (size_t)(r->end - p) + 1, 1);
		for (size_t c = 0; r->cell && c < r->n_keys; c++)
			r->cell[c] = "";
		if (read_object(r) < 0)
			return -1;
		row.row = ++r->row;
		row.line = r->line;
		if (visit && visit(arg, &row, r->e) < 0)
			return -1;
	}
	return 0;
}

bool
jsonlines_is(const char *bytes, size_t size)
{
	size_t i = source_bom(bytes, size);

	while (i < size && strchr(" \t\r\n", bytes[i]) && bytes[i])
		i++;
	return i < size && bytes[i] == '{';
}

/* The first pass finds the keys and every error of the format; the second delivers the rows. */
static int
read_twice(struct reader *r, struct source *s, row_visit *visit, void *arg)
{
	struct row names = { .line = 1 };

	if (read_lines(r, s, NULL, NULL) < 0)
		return -1;
	if (r->row == 0 || r->n_keys == 0)
		return err_set(r->e, r->row ? "no keys: every object is empty" : "no rows");
	if (r->row + 1 > CELLS / r->n_keys)
		return err_set(
			r->e,
			"too many cells: %zu rows of %zu columns (expected at most %zu cells)",
			r->row, r->n_keys, CELLS);
	s->rows = r->row;
	r->cell = mem_array(r->n_keys, sizeof *r->cell);
	for (size_t c = 0; c < r->n_keys; c++) {
		r->cell[c] = r->key[c].name;
		r->key[c].seen = 0;
	}
	names.cell = r->cell;
	names.columns = r->n_keys;
	return visit(arg, &names, r->e) < 0 ? -1 : read_lines(r, s, visit, arg);
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
