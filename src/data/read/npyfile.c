/* npyfile.c: arrays in NumPy's format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/npyfile.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

#define MAGIC "\x93NUMPY"
#define HEADER_LIMIT 65536 /* bytes of the header's text; a usual one has about 100 */

/* The header's text, a Python dictionary of three keys, being parsed. */
struct header {
	const char *p, *end;
	bool is_double, has_type, has_order, has_shape;
	size_t dim[2];
	int rank; /* dimensions; 3: more than two */
	struct err *e;
};

bool
npyfile_is(const char *bytes, size_t size)
{
	return size >= 6 && memcmp(bytes, MAGIC, 6) == 0;
}

static void
skip_blanks(struct header *h)
{
	while (h->p < h->end && (*h->p == ' ' || *h->p == '\t' || *h->p == '\n'))
		h->p++;
}

/* Skip blanks and, if it comes next, the character `c`. Return whether it came. */
static bool
skip_char(struct header *h, char c)
{
	skip_blanks(h);
	if (h->p == h->end || *h->p != c)
		return false;
	h->p++;
	return true;
}

static bool
skip_word(struct header *h, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(h);
	if ((size_t)(h->end - h->p) < len || memcmp(h->p, word, len) != 0)
		return false;
	h->p += len;
	return true;
}

/* A string between single or double quotes: set *text and *len, or return false. */
static bool
read_string(struct header *h, const char **text, size_t *len)
{
	char quote;

	skip_blanks(h);
	if (h->p == h->end || (*h->p != '\'' && *h->p != '"'))
		return false;
	quote = *h->p++;
	*text = h->p;
	while (h->p < h->end && *h->p != quote)
		h->p++;
	*len = (size_t)(h->p - *text);
	return skip_char(h, quote);
}

static int
refuse_header(const struct header *h)
{
	return err_set(
		h->e,
		"invalid header (expected a dictionary of 'descr', 'fortran_order' and 'shape')");
}

static int
read_type(struct header *h)
{
	const char *type;
	size_t len;

	if (h->has_type || !read_string(h, &type, &len))
		return refuse_header(h);
	h->has_type = true;
	h->is_double = len == 3 && memcmp(type, "<f8", 3) == 0;
	if (!h->is_double && (len != 3 || memcmp(type, "<f4", 3) != 0))
		return err_set(
			h->e,
			"numbers of type '%.*s' (expected '<f4' or '<f8', float32 or float64)",
			(int)(len < 20 ? len : 20), type);
	return 0;
}

static int
read_order(struct header *h)
{
	if (h->has_order)
		return refuse_header(h);
	h->has_order = true;
	if (skip_word(h, "False"))
		return 0;
	if (skip_word(h, "True"))
		return err_set(h->e, "columns before rows (expected fortran_order False)");
	return refuse_header(h);
}

static bool
read_size(struct header *h, size_t *out)
{
	const char *start;

	skip_blanks(h);
	start = h->p;
	*out = 0;
	for (; h->p < h->end && *h->p >= '0' && *h->p <= '9'; h->p++) {
		if (*out > (SIZE_MAX - 9) / 10)
			return false;
		*out = 10 * *out + (size_t)(*h->p - '0');
	}
	return h->p > start;
}

static int
read_shape(struct header *h)
{
	if (h->has_shape || !skip_char(h, '('))
		return refuse_header(h);
	h->has_shape = true;
	while (!skip_char(h, ')')) {
		size_t n;

		if (!read_size(h, &n))
			return refuse_header(h);
		if (h->rank < 2)
			h->dim[h->rank] = n;
		h->rank += h->rank < 3;
		if (!skip_char(h, ',')) {
			if (!skip_char(h, ')'))
				return refuse_header(h);
			break;
		}
	}
	if (h->rank != 2)
		return err_set(h->e, "%s dimensions (expected two, rows and columns)",
			       h->rank > 2 ? "more than two" : "fewer than two");
	return 0;
}

static int
read_entry(struct header *h)
{
	const char *key;
	size_t len;

	if (!read_string(h, &key, &len) || !skip_char(h, ':'))
		return refuse_header(h);
	if (len == 5 && memcmp(key, "descr", len) == 0)
		return read_type(h);
	if (len == 13 && memcmp(key, "fortran_order", len) == 0)
		return read_order(h);
	if (len == 5 && memcmp(key, "shape", len) == 0)
		return read_shape(h);
	return refuse_header(h);
}

static int
read_dictionary(struct header *h)
{
	if (!skip_char(h, '{'))
		return refuse_header(h);
	while (!skip_char(h, '}')) {
		if (read_entry(h) < 0)
			return -1;
		if (!skip_char(h, ',')) {
			if (!skip_char(h, '}'))
				return refuse_header(h);
			break;
		}
	}
	return h->has_type && h->has_order && h->has_shape ? 0 : refuse_header(h);
}

static size_t
byte(const char *p, size_t i)
{
	return (size_t)(unsigned char)p[i];
}

/* Offset of the numbers, and of the header's text; 0: an error is set. */
static size_t
find_data(const char *bytes, size_t size, size_t *text, struct err *e)
{
	size_t len;

	if (!npyfile_is(bytes, size) || size < 12) {
		err_set(e, "not a .npy file");
		return 0;
	}
	if (bytes[6] < 1 || bytes[6] > 3) {
		err_set(e, "version %zu of .npy (expected 1, 2 or 3)", byte(bytes, 6));
		return 0;
	}
	*text = bytes[6] == 1 ? 10 : 12;
	len = byte(bytes, 8) | byte(bytes, 9) << 8;
	if (bytes[6] != 1)
		len |= byte(bytes, 10) << 16 | byte(bytes, 11) << 24;
	if (len > HEADER_LIMIT || len > size - *text) {
		err_set(e, "header of %zu bytes is %s", len,
			len > HEADER_LIMIT ? "longer than 65536" : "truncated");
		return 0;
	}
	return *text + len;
}

int
npyfile_parse(const char *bytes, size_t size, struct npyfile *out, struct err *e)
{
	struct header h = { .e = e };
	size_t text = 0, data = find_data(bytes, size, &text, e), width;

	if (data == 0)
		return -1;
	h.p = bytes + text;
	h.end = bytes + data;
	if (read_dictionary(&h) < 0)
		return -1;
	width = h.is_double ? 8 : 4;
	if (h.dim[0] == 0 || h.dim[1] == 0)
		return err_set(e, "%zu rows of %zu columns: the array is empty", h.dim[0],
			       h.dim[1]);
	if (h.dim[0] > (size - data) / width / h.dim[1] ||
	    h.dim[0] * h.dim[1] * width != size - data)
		return err_set(
			e, "%zu rows of %zu numbers of %zu bytes, but %zu bytes after the header",
			h.dim[0], h.dim[1], width, size - data);
	*out = (struct npyfile){ h.dim[0], h.dim[1], h.is_double, bytes + data };
	return 0;
}

static float
read_float(const char *p)
{
	uint32_t bits =
		(uint32_t)(byte(p, 0) | byte(p, 1) << 8 | byte(p, 2) << 16 | byte(p, 3) << 24);
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static double
read_double(const char *p)
{
	uint64_t bits = 0;
	double x;

	for (size_t k = 0; k < 8; k++)
		bits |= (uint64_t)byte(p, k) << 8 * k;
	memcpy(&x, &bits, sizeof x);
	return x;
}

double
npyfile_at(const struct npyfile *f, size_t i)
{
	return f->is_double ? read_double(f->data + 8 * i) : (double)read_float(f->data + 4 * i);
}

int
npyfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct row row = { 0 };
	struct npyfile f;
	float *number;
	int status = 0;

	if (npyfile_parse(s->bytes, s->size, &f, e) < 0)
		return -1;
	number = mem_array(f.columns, sizeof *number);
	s->rows = f.rows;
	row.number = number;
	row.columns = f.columns;
	for (size_t i = 0; i < f.rows && status == 0; i++) {
		const char *p = f.data + i * f.columns * (f.is_double ? 8 : 4);

		for (size_t c = 0; c < f.columns; c++)
			number[c] =
				f.is_double ? (float)read_double(p + 8 * c) : read_float(p + 4 * c);
		row.row = i + 1;
		status = visit(arg, &row, e);
	}
	mem_free(number);
	return status;
}

void
npyfile_header(size_t rows, size_t columns, char *buf)
{
	char text[NPYFILE_HEADER - 10 + 1];

	memset(buf, ' ', NPYFILE_HEADER);
	memcpy(buf, MAGIC "\x01\x00", 8);
	buf[8] = NPYFILE_HEADER - 10;
	buf[9] = 0;
	snprintf(text, sizeof text,
		 "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", rows, columns);
	memcpy(buf + 10, text, strlen(text));
	buf[NPYFILE_HEADER - 1] = '\n';
}
