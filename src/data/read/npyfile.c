/* npyfile.c: tables in NumPy's format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/npyfile.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define HEADER_LIMIT 65536 /* bytes of text: a shape and a type need some hundred */

/* The header's text, which is a Python dictionary of three keys. */
struct header {
	const char *p, *end;
	bool is_double, has_type, has_order, has_shape;
	size_t dim[2];
	int rank; /* 3: more than two */
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

/* The next thing but blanks is `c`, and is passed. */
static bool
take(struct header *h, char c)
{
	skip_blanks(h);
	if (h->p == h->end || *h->p != c)
		return false;
	h->p++;
	return true;
}

static bool
take_word(struct header *h, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(h);
	if ((size_t)(h->end - h->p) < len || memcmp(h->p, word, len) != 0)
		return false;
	h->p += len;
	return true;
}

/* What is between two quotes of a kind; false where there is no such thing. */
static bool
take_text(struct header *h, const char **text, size_t *len)
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
	return take(h, quote);
}

static int
malformed(const struct header *h)
{
	return err_set(h->e, "its header is no dictionary of 'descr', 'fortran_order' and 'shape'");
}

static int
take_type(struct header *h)
{
	const char *type;
	size_t len;

	if (h->has_type || !take_text(h, &type, &len))
		return malformed(h);
	h->has_type = true;
	h->is_double = len == 3 && memcmp(type, "<f8", 3) == 0;
	if (!h->is_double && (len != 3 || memcmp(type, "<f4", 3) != 0))
		return err_set(
			h->e,
			"its numbers are '%.*s'; '<f4' and '<f8' are read, float32 and float64",
			(int)(len < 20 ? len : 20), type);
	return 0;
}

static int
take_order(struct header *h)
{
	if (h->has_order)
		return malformed(h);
	h->has_order = true;
	if (take_word(h, "False"))
		return 0;
	if (take_word(h, "True"))
		return err_set(
			h->e,
			"it has columns before rows (fortran_order); rows before columns are read");
	return malformed(h);
}

static bool
take_size(struct header *h, size_t *out)
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
take_shape(struct header *h)
{
	if (h->has_shape || !take(h, '('))
		return malformed(h);
	h->has_shape = true;
	while (!take(h, ')')) {
		size_t n;

		if (!take_size(h, &n))
			return malformed(h);
		if (h->rank < 2)
			h->dim[h->rank] = n;
		h->rank += h->rank < 3;
		if (!take(h, ',')) {
			if (!take(h, ')'))
				return malformed(h);
			break;
		}
	}
	if (h->rank != 2)
		return err_set(h->e, "it has %s dimensions; two are read, rows and columns",
			       h->rank > 2 ? "more than two" : "fewer than two");
	return 0;
}

static int
take_entry(struct header *h)
{
	const char *key;
	size_t len;

	if (!take_text(h, &key, &len) || !take(h, ':'))
		return malformed(h);
	if (len == 5 && memcmp(key, "descr", len) == 0)
		return take_type(h);
	if (len == 13 && memcmp(key, "fortran_order", len) == 0)
		return take_order(h);
	if (len == 5 && memcmp(key, "shape", len) == 0)
		return take_shape(h);
	return malformed(h);
}

static int
take_dictionary(struct header *h)
{
	if (!take(h, '{'))
		return malformed(h);
	while (!take(h, '}')) {
		if (take_entry(h) < 0)
			return -1;
		if (!take(h, ',')) {
			if (!take(h, '}'))
				return malformed(h);
			break;
		}
	}
	return h->has_type && h->has_order && h->has_shape ? 0 : malformed(h);
}

static size_t
byte(const char *p, size_t i)
{
	return (size_t)(unsigned char)p[i];
}

/* Where the numbers begin; 0 and an error where they cannot. */
static size_t
find_data(const char *bytes, size_t size, size_t *text, struct err *e)
{
	size_t len;

	if (!npyfile_is(bytes, size) || size < 12) {
		err_set(e, "this is no .npy file");
		return 0;
	}
	if (bytes[6] < 1 || bytes[6] > 3) {
		err_set(e, "version %zu of .npy is none of 1, 2, 3", byte(bytes, 6));
		return 0;
	}
	*text = bytes[6] == 1 ? 10 : 12;
	len = byte(bytes, 8) | byte(bytes, 9) << 8;
	if (bytes[6] != 1)
		len |= byte(bytes, 10) << 16 | byte(bytes, 11) << 24;
	if (len > HEADER_LIMIT || len > size - *text) {
		err_set(e, "its header of %zu bytes is %s", len,
			len > HEADER_LIMIT ? "longer than 65536" : "cut off");
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
	if (take_dictionary(&h) < 0)
		return -1;
	width = h.is_double ? 8 : 4;
	if (h.dim[0] == 0 || h.dim[1] == 0)
		return err_set(e, "%zu rows of %zu columns: there is nothing in it", h.dim[0],
			       h.dim[1]);
	if (h.dim[0] > (size - data) / width / h.dim[1] ||
	    h.dim[0] * h.dim[1] * width != size - data)
		return err_set(e,
			       "%zu rows of %zu numbers of %zu bytes are not the %zu bytes behind "
			       "the header",
			       h.dim[0], h.dim[1], width, size - data);
	*out = (struct npyfile){ h.dim[0], h.dim[1], h.is_double, bytes + data };
	return 0;
}

double
npyfile_at(const struct npyfile *f, size_t i)
{
	size_t width = f->is_double ? 8 : 4;
	const char *p = f->data + i * width;
	uint64_t bits = 0;
	uint32_t narrow;
	double x;
	float y;

	for (size_t k = 0; k < width; k++)
		bits |= (uint64_t)byte(p, k) << 8 * k;
	memcpy(&x, &bits, sizeof x);
	narrow = (uint32_t)bits;
	memcpy(&y, &narrow, sizeof y);
	return f->is_double ? x : (double)y;
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
