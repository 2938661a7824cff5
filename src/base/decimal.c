/* decimal.c: decimal numbers compared as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/decimal.h"

#include <stddef.h>
#include <stdint.h>

#define FAR ((int64_t)1 << 40) /* exponents beyond it are taken for it */

/* A number is 0.DIGITS times ten to the power of `point`. */
struct decimal {
	bool negative;
	const char *digits; /* from the first that is not 0; a point may stand among them */
	size_t n;           /* of them up to the last that is not 0; 0: the number is 0 */
	int64_t point;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The exponent after the digits; *s is moved to the end. False: there is a letter without one. */
static bool
parse_exponent(const char **s, int64_t *out)
{
	const char *p = *s;
	bool negative;

	*out = 0;
	if (*p != 'e' && *p != 'E')
		return true;
	negative = *++p == '-';
	p += *p == '-' || *p == '+';
	if (!is_digit(*p))
		return false;
	for (; is_digit(*p); p++)
		*out = *out > FAR ? *out : 10 * *out + (*p - '0');
	*out = negative ? -*out : *out;
	*s = p;
	return true;
}

static bool
parse_decimal(const char *s, struct decimal *out)
{
	int64_t before = 0, leading = 0, exponent;
	bool point = false, any = false;
	size_t n = 0;

	*out = (struct decimal){ .negative = *s == '-' };
	s += *s == '-' || *s == '+';
	for (; is_digit(*s) || (*s == '.' && !point); s++) {
		point |= *s == '.';
		if (*s == '.')
			continue;
		any = true;
		if (!out->digits && *s != '0')
			out->digits = s;
		before += !point;
		leading += !out->digits;
		n += out->digits != NULL;
		if (*s != '0')
			out->n = n;
	}
	if (!any || !parse_exponent(&s, &exponent) || *s)
		return false;
	out->point = out->n ? before - leading + exponent : 0;
	return true;
}

bool
decimal_is(const char *s)
{
	struct decimal d;

	return parse_decimal(s, &d);
}

bool
decimal_is_whole(const char *s)
{
	struct decimal d;

	return parse_decimal(s, &d) && (d.n == 0 || d.point >= (int64_t)d.n);
}

/* Compare the digits of two numbers of one sign and one power. */
static int
compare_digits(const struct decimal *a, const struct decimal *b)
{
	const char *p = a->digits, *q = b->digits;

	for (size_t i = 0; i < a->n || i < b->n; i++) {
		char x = '0', y = '0';

		if (i < a->n) {
			p += *p == '.';
			x = *p++;
		}
		if (i < b->n) {
			q += *q == '.';
			y = *q++;
		}
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

int
decimal_compare(const char *a, const char *b)
{
	struct decimal x, y;
	int sign, order;

	parse_decimal(a, &x);
	parse_decimal(b, &y);
	if (x.n == 0 || y.n == 0 || x.negative != y.negative) {
		int p = x.n == 0 ? 0 : x.negative ? -1 : 1, q = y.n == 0 ? 0 : y.negative ? -1 : 1;

		return p < q ? -1 : p > q;
	}
	sign = x.negative ? -1 : 1;
	if (x.point != y.point)
		return x.point < y.point ? -sign : sign;
	order = compare_digits(&x, &y);
	return sign * order;
}
