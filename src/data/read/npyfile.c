/* npyfile.c: arrays in NumPy's format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/npyfile.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

#define MAGIC "\x93NUMPY"
#define HEADER_LIMIT 65536 /* bytes of the header's text; a usual one has about 100 */

/* The header's text, a Python dictionary of three keys, being parsed. */
struct header {
	const char *p, *end;
	struct array a; /* type, order and shape so far */
	bool has_type, has_order, has_shape;
	struct err *e;
};

/* Kinds of numbers by NumPy's letter and width in bytes. */
static const struct {
	char letter;
	char width; /* as a digit */
	enum array_type type;
} numbers[] = {
	{ 'b', '1', ARRAY_BOOL }, { 'i', '1', ARRAY_I8 },  { 'u', '1', ARRAY_U8 },
	{ 'i', '2', ARRAY_I16 },  { 'u', '2', ARRAY_U16 }, { 'i', '4', ARRAY_I32 },
	{ 'u', '4', ARRAY_U32 },  { 'i', '8', ARRAY_I64 }, { 'u', '8', ARRAY_U64 },
	{ 'f', '2', ARRAY_F16 },  { 'f', '4', ARRAY_F32 }, { 'f', '8', ARRAY_F64 },
	{ 'V', '2', ARRAY_BF16 }, /* as ml_dtypes, which JAX uses, writes bfloat16 */
};

/* Kinds of arrays that are not read, by NumPy's letter. */
static const struct {
	char letter;
	const char *why;
} refused[] = {
	{ 'O', "Python objects; convert them with .astype() to numbers or str before np.save" },
	{ 'c', "complex numbers; save their .real and .imag as columns" },
	{ 'M', "dates; save them as numbers, for example .astype('datetime64[D]').astype(int)" },
	{ 'm', "durations; save them as numbers with .astype(int)" },
	{ 'V', "raw bytes; save them as numbers" },
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

static bool
find_number(struct array *a, const char *type, size_t len)
{
	for (size_t i = 0; len == 2 && i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].letter == type[0] && numbers[i].width == type[1]) {
			a->type = numbers[i].type;
			a->width = array_type_width(a->type);
			return true;
		}
	return false;
}

/* Texts: S and a number of bytes, U and a number of code points. */
static bool
find_texts(struct array *a, const char *type, size_t len)
{
	size_t n = 0;

	if (len < 2 || len > 6 || (type[0] != 'S' && type[0] != 'U'))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (type[i] < '0' || type[i] > '9')
			return false;
		n = 10 * n + (size_t)(type[i] - '0');
	}
	a->type = type[0] == 'S' ? ARRAY_BYTES : ARRAY_UTF32;
	a->width = type[0] == 'S' ? n : 4 * n;
	return n > 0;
}

static int
refuse_type(const struct header *h, const char *type, size_t len)
{
	for (size_t i = 0; len > 1 && i < sizeof refused / sizeof *refused; i++)
		if (refused[i].letter == type[1])
			return err_set(h->e, "elements of type '%.*s' are %s",
				       (int)(len < 20 ? len : 20), type, refused[i].why);
	return err_set(h->e,
		       "elements of type '%.*s' (expected bool, int8 to int64, uint8 to uint64, "
		       "float16, bfloat16, float32, float64, S or U)",
		       (int)(len < 20 ? len : 20), type);
}

/* The type: order of bytes ('<', '>', '=' or '|'), letter and width. */
static int
read_type(struct header *h)
{
	const char *type;
	size_t len;

	if (!h->has_type && skip_char(h, '['))
		return err_set(h->e, "a structured array (expected one type; save each field as "
				     "an array of its own)");
	if (h->has_type || !read_string(h, &type, &len))
		return refuse_header(h);
	h->has_type = true;
	if (len < 3 || !strchr("<>=|", type[0]) ||
	    !(find_number(&h->a, type + 1, len - 1) || find_texts(&h->a, type + 1, len - 1)))
		return refuse_type(h, type, len);
	h->a.big = type[0] == '>';
	return 0;
}

static int
read_order(struct header *h)
{
	if (h->has_order)
		return refuse_header(h);
	h->has_order = true;
	h->a.fortran = skip_word(h, "True");
	return h->a.fortran || skip_word(h, "False") ? 0 : refuse_header(h);
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
		if (h->a.rank == ARRAY_DIMS)
			return err_set(h->e, "more than %d dimensions", ARRAY_DIMS);
		h->a.dim[h->a.rank++] = n;
		if (!skip_char(h, ',')) {
			if (!skip_char(h, ')'))
				return refuse_header(h);
			break;
		}
	}
	return h->a.rank
		       ? 0
		       : err_set(h->e, "a single number (expected 1 to %d dimensions)", ARRAY_DIMS);
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
		if (len > HEADER_LIMIT)
			err_set(e, "header of %zu bytes (expected at most %d)", len, HEADER_LIMIT);
		else
			err_set(e, "header of %zu bytes is truncated: %zu bytes follow", len,
				size - *text);
		return 0;
	}
	return *text + len;
}

int
npyfile_parse(const char *bytes, size_t size, struct array *out, struct err *e)
{
	struct header h = { .e = e };
	size_t text = 0, data = find_data(bytes, size, &text, e);

	if (data == 0)
		return -1;
	h.p = bytes + text;
	h.end = bytes + data;
	if (read_dictionary(&h) < 0 || array_check(&h.a, size - data, e) < 0)
		return -1;
	*out = h.a;
	out->data = (const unsigned char *)bytes + data;
	return 0;
}

static int
check_table(const struct array *a, struct err *e)
{
	if (array_is_text(a))
		return err_set(e, "texts of type %s (expected numbers; texts are read as labels)",
			       array_type_name(a->type));
	if (a->rank != 2)
		return err_set(e, "%d dimension%s (expected two, rows and columns)", a->rank,
			       a->rank > 1 ? "s" : "");
	return 0;
}

int
npyfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct row row = { 0 };
	struct array a;
	double *number;
	int status = 0;

	if (npyfile_parse(s->bytes, s->size, &a, e) < 0 || check_table(&a, e) < 0)
		return -1;
	number = mem_array(a.dim[1], sizeof *number);
	s->rows = a.dim[0];
	row.number = number;
	row.columns = a.dim[1];
	for (size_t i = 0; i < a.dim[0] && status == 0; i++) {
		array_doubles(&a, i * a.dim[1], a.dim[1], number);
		row.row = i + 1;
		status = visit(arg, &row, e);
	}
	mem_free(number);
	return status;
}

void
npyfile_header(size_t rows, size_t positions, size_t columns, char *buf)
{
	char text[NPYFILE_HEADER - 10 + 1], middle[24] = "";

	memset(buf, ' ', NPYFILE_HEADER);
	memcpy(buf, MAGIC "\x01\x00", 8);
	buf[8] = NPYFILE_HEADER - 10;
	buf[9] = 0;
	if (positions)
		snprintf(middle, sizeof middle, "%zu, ", positions);
	snprintf(text, sizeof text,
		 "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %s%zu), }", rows, middle,
		 columns);
	memcpy(buf + 10, text, strlen(text));
	buf[NPYFILE_HEADER - 1] = '\n';
}
