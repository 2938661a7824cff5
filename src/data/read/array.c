/* array.c: elements of an array in a file, of any type and order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/array.h"

#include <math.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"

static const struct {
	const char *name;
	size_t width; /* bytes of a number; 0: texts, whose width varies */
} types[] = {
	[ARRAY_BOOL] = { "bool", 1 },     [ARRAY_I8] = { "int8", 1 },
	[ARRAY_U8] = { "uint8", 1 },      [ARRAY_I16] = { "int16", 2 },
	[ARRAY_U16] = { "uint16", 2 },    [ARRAY_I32] = { "int32", 4 },
	[ARRAY_U32] = { "uint32", 4 },    [ARRAY_I64] = { "int64", 8 },
	[ARRAY_U64] = { "uint64", 8 },    [ARRAY_F16] = { "float16", 2 },
	[ARRAY_BF16] = { "bfloat16", 2 }, [ARRAY_F32] = { "float32", 4 },
	[ARRAY_F64] = { "float64", 8 },   [ARRAY_BYTES] = { "bytes", 0 },
	[ARRAY_UTF32] = { "str", 0 },
};

const char *
array_type_name(enum array_type type)
{
	return types[type].name;
}

size_t
array_type_width(enum array_type type)
{
	return types[type].width;
}

bool
array_is_text(const struct array *a)
{
	return a->type == ARRAY_BYTES || a->type == ARRAY_UTF32;
}

bool
array_is_integer(const struct array *a)
{
	return a->type <= ARRAY_U64;
}

void
array_add_shape(const struct array *a, struct text *out)
{
	for (int i = 0; i < a->rank; i++)
		text_addf(out, "%s%zu", i ? "x" : "", a->dim[i]);
}

static int
check_size(const struct array *a, const char *shape, size_t want, size_t there, struct err *e)
{
	const char *type = types[a->type].name;

	if (want > there)
		return err_set(e,
			       "truncated: %s elements of type %s take %zu bytes, but %zu follow "
			       "the header",
			       shape, type, want, there);
	if (want < there)
		return err_set(e,
			       "too long: %s elements of type %s take %zu bytes, but %zu more "
			       "follow",
			       shape, type, want, there - want);
	return 0;
}

int
array_check(struct array *a, size_t there, struct err *e)
{
	struct text shape = { 0 };
	size_t want = a->width;
	int status = 0;

	array_add_shape(a, &shape);
	a->len = 1;
	for (int i = 0; i < a->rank && status == 0; i++) {
		if (a->dim[i] == 0)
			status = err_set(e, "shape %s: the array is empty", text_get(&shape));
		else if (want > SIZE_MAX / a->dim[i])
			status = err_set(e,
					 "shape %s: too many elements: %zu bytes follow the header",
					 text_get(&shape), there);
		want *= status == 0 ? a->dim[i] : 1;
		a->len *= status == 0 ? a->dim[i] : 1;
	}
	if (status == 0)
		status = check_size(a, text_get(&shape), want, there, e);
	text_release(&shape);
	return status;
}

/* Where element i lies, i counted with the last index fastest. */
static const unsigned char *
element(const struct array *a, size_t i)
{
	size_t at = 0, stride = a->len;

	if (!a->fortran)
		return a->data + i * a->width;
	for (int k = a->rank; k-- > 0;) {
		stride /= a->dim[k];
		at += i % a->dim[k] * stride;
		i /= a->dim[k];
	}
	return a->data + at * a->width;
}

/* The bits of a number as an integer. */
static uint64_t
read_bits(const struct array *a, const unsigned char *p)
{
	uint64_t bits = 0;

	for (size_t k = 0; k < a->width; k++)
		bits |= (uint64_t)p[a->big ? a->width - 1 - k : k] << 8 * k;
	return bits;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
static double
half_to_double(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31);
	double fraction = (double)(bits & 1023), x;

	if (exponent == 31)
		x = fraction > 0 ? (double)NAN : (double)INFINITY;
	else if (exponent == 0)
		x = ldexp(fraction, -24);
	else
		x = ldexp(1024 + fraction, exponent - 25);
	return bits >> 15 & 1 ? -x : x;
}

static double
single_to_double(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float x;

	memcpy(&x, &low, sizeof x);
	return (double)x;
}

/* A number of `width` bytes with its sign. */
static int64_t
extend_sign(uint64_t bits, size_t width)
{
	unsigned unused = 64 - 8 * (unsigned)width;

	return (int64_t)(bits << unused) >> unused;
}

static double
to_double(const struct array *a, uint64_t bits)
{
	double x;

	switch (a->type) {
	case ARRAY_F16:
		return half_to_double(bits);
	case ARRAY_BF16:
		return single_to_double(bits << 16);
	case ARRAY_F32:
		return single_to_double(bits);
	case ARRAY_F64:
		memcpy(&x, &bits, sizeof x);
		return x;
	case ARRAY_I8:
	case ARRAY_I16:
	case ARRAY_I32:
	case ARRAY_I64:
		return (double)extend_sign(bits, a->width);
	default:
		return (double)bits;
	}
}

double
array_at(const struct array *a, size_t i)
{
	return to_double(a, read_bits(a, element(a, i)));
}

/* The usual types as they lie in memory, which the compiler vectorizes. */
static bool
convert_plain(const struct array *a, size_t first, size_t n, double *out)
{
	static const uint16_t one = 1;
	const unsigned char *p = a->data + first * a->width;
	float single;

	if (a->fortran || (a->type != ARRAY_U8 && (a->big || *(const char *)&one != 1)))
		return false;
	if (a->type == ARRAY_U8)
		for (size_t i = 0; i < n; i++)
			out[i] = (double)p[i];
	else if (a->type == ARRAY_F64)
		memcpy(out, p, n * sizeof *out);
	else if (a->type == ARRAY_F32)
		for (size_t i = 0; i < n; i++) {
			memcpy(&single, p + 4 * i, sizeof single);
			out[i] = (double)single;
		}
	else
		return false;
	return true;
}

bool
array_has_floats(const struct array *a)
{
	static const uint16_t one = 1;

	return !a->fortran && (a->type == ARRAY_U8 ||
			       (a->type == ARRAY_F32 && !a->big && *(const char *)&one == 1));
}

bool
array_floats(const struct array *a, size_t first, size_t n, float *out)
{
	const unsigned char *p = a->data + first * a->width;
	float sum = 0;

	if (a->type == ARRAY_U8) {
		for (size_t i = 0; i < n; i++)
			out[i] = (float)p[i];
		return true;
	}
	memcpy(out, p, n * sizeof *out);
	for (size_t i = 0; i < n; i++) /* 0, but NaN with a number that is not finite */
		sum += out[i] * 0;
	return sum == 0;
}

void
array_doubles(const struct array *a, size_t first, size_t n, double *out)
{
	if (!convert_plain(a, first, n, out))
		for (size_t i = 0; i < n; i++)
			out[i] = array_at(a, first + i);
}

bool
array_integer(const struct array *a, size_t i, int64_t *out)
{
	uint64_t bits = read_bits(a, element(a, i));
	double x;

	if (array_is_integer(a)) {
		*out = a->type == ARRAY_I8 || a->type == ARRAY_I16 || a->type == ARRAY_I32
			       ? extend_sign(bits, a->width)
			       : (int64_t)bits;
		return a->type != ARRAY_U64 || bits <= INT64_MAX;
	}
	x = to_double(a, bits);
	if (!(fabs(x) < 9223372036854775808.0) || x != floor(x))
		return false;
	*out = (int64_t)x;
	return true;
}

static bool
bytes_text(const unsigned char *p, size_t width, char *out, size_t room)
{
	size_t len = width;
	uint32_t cp;

	while (len > 0 && p[len - 1] == 0)
		len--;
	if (len >= room || memchr(p, 0, len))
		return false;
	for (size_t i = 0, n; i < len; i += n)
		if ((n = unicode_decode((const char *)p + i, len - i, &cp)) == 0)
			return false;
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

static bool
utf32_text(const struct array *a, const unsigned char *p, char *out, size_t room)
{
	size_t n = a->width / 4, used = 0;
	struct array one = { .type = ARRAY_U32, .big = a->big, .width = 4 };

	while (n > 0 && read_bits(&one, p + 4 * (n - 1)) == 0)
		n--;
	for (size_t i = 0; i < n; i++) {
		uint64_t cp = read_bits(&one, p + 4 * i);
		char code[4];
		size_t len;

		if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
			return false;
		len = unicode_encode((uint32_t)cp, code);
		if (used + len >= room)
			return false;
		memcpy(out + used, code, len);
		used += len;
	}
	out[used] = '\0';
	return true;
}

bool
array_text(const struct array *a, size_t i, char *out, size_t room)
{
	const unsigned char *p = element(a, i);

	return a->type == ARRAY_UTF32 ? utf32_text(a, p, out, room)
				      : bytes_text(p, a->width, out, room);
}
