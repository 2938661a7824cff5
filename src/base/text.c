/* text.c: growable strings, decimal numbers, UTF-8. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

void
text_bytes(struct text *t, const char *s, size_t len)
{
	mem_grow(&t->s, &t->cap, t->len + len + 1, 1);
	if (len)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void
text_add(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void
text_add_plain(struct text *t, const char *s)
{
	size_t len = strlen(s);
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = text_utf8(s + i, len - i, &cp);
		if ((n == 1 && cp == 0xFFFD) || unicode_is_terminal_control(cp))
			for (size_t k = 0; k < n; k++)
				text_addf(t, "\\x%02X", (unsigned char)s[i + k]);
		else
			text_bytes(t, s + i, n);
	}
}

char *
text_printable(char *s)
{
	size_t len = strlen(s), n;
	char *to = s;
	uint32_t cp;

	for (const char *from = s; len; from += n, len -= n) {
		n = text_utf8(from, len, &cp);
		if (n == 1 && cp == 0xFFFD) /* no UTF-8: a control where characters are bytes */
			cp = (unsigned char)*from;
		if (unicode_is_terminal_control(cp) && cp != '\n' && cp != '\t') {
			*to++ = '?';
			continue;
		}
		memmove(to, from, n);
		to += n;
	}
	*to = '\0';
	return s;
}

__attribute__((format(printf, 2, 0))) static void
add_formatted(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	mem_grow(&t->s, &t->cap, t->len + (size_t)n + 1, 1);
	vsnprintf(t->s + t->len, (size_t)n + 1, fmt, ap);
	t->len += (size_t)n;
}

void
text_addf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(t, fmt, ap);
	va_end(ap);
}

void
text_item(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->len)
		text_add(t, ", ");
	va_start(ap, fmt);
	add_formatted(t, fmt, ap);
	va_end(ap);
}

void
text_items(struct text *t, const char *(*next)(size_t i))
{
	for (size_t i = 0; next(i); i++)
		text_item(t, "%s", next(i));
}

void
text_clear(struct text *t)
{
	t->len = 0;
	if (t->s)
		t->s[0] = '\0';
}

void
text_release(struct text *t)
{
	mem_free(t->s);
	*t = (struct text){ 0 };
}

const char *
text_get(const struct text *t)
{
	return t->s ? t->s : "";
}

const char *
text_fit(char *buf, size_t size, const char *list)
{
	size_t end = 0, more = 0;

	if (strlen(list) < size) {
		snprintf(buf, size, "%s", list);
		return buf;
	}
	for (const char *p = strstr(list, ", "); p; p = strstr(p + 1, ", ")) {
		bool fits = (size_t)(p - list) + sizeof " and 999 more" <= size;

		end = fits ? (size_t)(p - list) : end;
		more = fits ? 1 : more + 1;
	}
	if (end)
		snprintf(buf, size, "%.*s and %zu more", (int)end, list, more);
	else
		snprintf(buf, size, "%.*s", (int)size - 1, list);
	return buf;
}

const char *
text_number(char *buf, size_t size, double x)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, size, "%.*g", digits, isnan(x) ? NAN : x); /* without a sign */
		if (strtod(buf, NULL) == x)
			break;
	}
	for (char *p = buf; *p; p++)
		if (*p == ',') /* decimal point of the locale */
			*p = '.';
	return buf;
}

/* Whether only characters of a decimal number occur: strtod accepts "inf", "nan" and hex, too. */
static bool
is_decimal(const char *s)
{
	bool digit = false;

	for (; *s; s++) {
		if (*s >= '0' && *s <= '9')
			digit = true;
		else if (!strchr("+-.eE", *s))
			return false;
	}
	return digit;
}

/* Append the decimal digits at s to n, which wraps beyond 19; returns the end of them. */
static const char *
add_digits(const char *s, uint64_t *n)
{
	uint64_t sum = *n;
	unsigned digit;

	for (; (digit = (unsigned)(unsigned char)*s - '0') <= 9; s++)
		sum = 10 * sum + digit;
	*n = sum;
	return s;
}

/*
 * Parse a decimal of at most 15 digits without an exponent: a double holds its digits and the power
 * of ten exactly, so that one division rounds once, to the same double as strtod (Clinger 1990).
 * Most numbers of a table are such, and this is ten times as fast. Returns the end of the number,
 * or NULL where it is not of this form.
 */
static const char *
plain_decimal(const char *s, double *out)
{
	static const double ten[] = { 1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				      1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	bool negative = *s == '-';
	const char *start;
	size_t digits, places = 0;
	uint64_t n = 0;

	s += *s == '-' || *s == '+';
	start = s;
	s = add_digits(s, &n);
	digits = (size_t)(s - start);
	if (*s == '.') {
		start = ++s;
		s = add_digits(s, &n);
		places = (size_t)(s - start);
	}
	digits += places;
	if (digits < 1 || digits > 15)
		return NULL;
	*out = (double)(int64_t)n / ten[places]; /* n < 10^15; int64_t is faster */
	if (negative)
		*out = -*out;
	return s;
}

const char *
text_decimal(const char *s, double *out)
{
	const char *end = plain_decimal(s, out);

	return end && *end != 'e' && *end != 'E' ? end : NULL;
}

int
text_to_double(const char *s, double *out)
{
	const char *plain = plain_decimal(s, out);
	char *end;
	double x;

	if (plain && !*plain)
		return 0;
	if (!is_decimal(s))
		return -1;
	/* Retort keeps LC_NUMERIC at "C" (main.c), so strtod reads a point. */
	x = strtod(s, &end);
	if (end == s || *end || !isfinite(x))
		return -1;
	*out = x;
	return 0;
}

int
text_to_int(const char *s, int64_t *out)
{
	char *end;
	long long x;

	if (!((*s >= '0' && *s <= '9') || ((*s == '-' || *s == '+') && s[1] >= '0' && s[1] <= '9')))
		return -1;
	errno = 0;
	x = strtoll(s, &end, 10);
	if (*end || errno == ERANGE)
		return -1;
	*out = x;
	return 0;
}

size_t
text_utf8(const char *s, size_t len, uint32_t *cp)
{
	size_t n;

	*cp = 0xFFFD;
	if (len == 0)
		return 0;
	if ((unsigned char)*s < 0x80) {
		*cp = (unsigned char)*s;
		return 1;
	}
	n = unicode_decode(s, len, cp);
	return n ? n : 1;
}

bool
text_is_utf8(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len, &cp);
		if (n == 1 && (unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

int
text_width(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;
	int width = 0;

	while ((n = text_utf8(s, len, &cp)) > 0) {
		int w = unicode_width(cp);

		width += w > 0 ? w : 0;
		s += n;
		len -= n;
	}
	return width;
}

size_t
text_stem(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len > n && strcmp(name + len - n, suffix) == 0 ? len - n : len;
}

bool
text_has_suffix(const char *name, const char *suffix)
{
	return text_stem(name, suffix) < strlen(name);
}
