/* number.c: cells of a table as numbers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/decimal.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"

void
number_form_init(struct number_form *f, const struct dialect *d)
{
	size_t len = d->missing ? strlen(d->missing) : 0;

	*f = (struct number_form){ .decimal = d->decimal, .thousands = d->thousands };
	f->other = (d->decimal && d->decimal != '.') || d->thousands || d->missing;
	if (!d->missing)
		return;
	f->missing = mem_new(len + 2);
	memcpy(f->missing, d->missing, len);
	for (size_t i = 0; i < len; i++)
		if (f->missing[i] == ',')
			f->missing[i] = '\0';
}

void
number_form_release(struct number_form *f)
{
	mem_free(f->missing);
	memset(f, 0, sizeof *f);
}

bool
number_is_missing(const struct number_form *f, const char *cell)
{
	if (!cell[0])
		return true;
	if (!f || !f->missing)
		return strcmp(cell, "NA") == 0 || strcmp(cell, "?") == 0 || strcmp(cell, "-") == 0;
	for (const char *w = f->missing; *w; w += strlen(w) + 1)
		if (strcmp(w, cell) == 0 ||
		    (decimal_is(w) && decimal_is(cell) && decimal_compare(w, cell) == 0))
			return true;
	return false;
}

/* Copy a number with its separators of thousands taken out and its comma as a point. False: the
 * separators do not stand between groups of three digits. */
static bool
normalize_number(const struct number_form *f, const char *s, char *out)
{
	char decimal = f->decimal ? f->decimal : '.';
	size_t digits = 0;
	bool grouped = false, whole = true;

	for (; *s; s++) {
		bool separator = f->thousands && *s == f->thousands;

		if (separator || *s == decimal || *s == 'e' || *s == 'E') {
			if (whole && grouped && digits != 3)
				return false;
			if (separator && (!whole || digits < 1 || digits > 3))
				return false;
			grouped |= separator;
			whole &= separator;
			digits = 0;
		} else {
			digits += *s >= '0' && *s <= '9';
		}
		if (*s == '.' && decimal != '.' && !separator)
			return false;
		if (!separator)
			*out++ = *s == decimal ? '.' : *s;
	}
	*out = '\0';
	return !whole || !grouped || digits == 3;
}

static int
digits_of(const char *s, size_t n)
{
	int x = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		x = 10 * x + (s[i] - '0');
	}
	return x;
}

/* Days from 1970-01-01 in the Gregorian calendar, with years from March (Hinnant,
 * "chrono-compatible low-level date algorithms"). */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400,
		of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* HH:MM, :SS and a fraction if there are any, and Z. False: it is no time. */
static bool
read_time(const char *s, double *days)
{
	int hour = digits_of(s, 2), minute = hour < 0 || s[2] != ':' ? -1 : digits_of(s + 3, 2);
	double seconds = 0;
	const char *end;

	if (minute < 0 || hour > 23 || minute > 59)
		return false;
	s += 5;
	if (*s == ':') {
		if (digits_of(s + 1, 2) < 0)
			return false;
		end = text_decimal(s + 1, &seconds);
		if (!end || seconds >= 61)
			return false;
		s = end;
	}
	if (*s && strcmp(s, "Z") != 0)
		return false;
	*days = (hour * 3600 + minute * 60 + seconds) / 86400;
	return true;
}

static bool
read_date(const char *s, double *out)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	double time = 0;

	if (strlen(s) < 10 || s[4] != '-' || s[7] != '-')
		return false;
	year = digits_of(s, 4);
	month = digits_of(s + 5, 2);
	day = digits_of(s + 8, 2);
	if (year < 0 || month < 1 || month > 12 || day < 1 ||
	    day > length[month - 1] + (month == 2 && is_leap(year)))
		return false;
	s += 10;
	if (*s && ((*s != 'T' && *s != ' ') || !read_time(s + 1, &time)))
		return false;
	*out = (double)days_of(year, month, day) + time;
	return true;
}

/* "12.5%", "12.5 %": with the percent sign taken out. */
static bool
take_percent(char *s)
{
	size_t len = strlen(s);

	if (len < 2 || s[len - 1] != '%')
		return false;
	do
		s[--len] = '\0';
	while (len > 0 && s[len - 1] == ' ');
	return true;
}

enum number_kind
number_read(const struct number_form *f, const char *cell, double *out)
{
	struct classes_cell c;
	char plain[sizeof c.s];
	bool other = f && f->other, percent;

	if (!other && classes_plain_number(cell, out))
		return NUMBER_PLAIN;
	classes_trim(cell, &c);
	if (number_is_missing(f, c.s))
		return NUMBER_MISSING;
	if (c.cut)
		return NUMBER_NONE;
	if (read_date(c.s, out))
		return NUMBER_DATE;
	percent = take_percent(c.s);
	if (other && !normalize_number(f, c.s, plain))
		return NUMBER_NONE;
	if (text_to_double(other ? plain : c.s, out) < 0)
		return NUMBER_NONE;
	return percent ? NUMBER_PERCENT : NUMBER_PLAIN;
}

/* Length of a sign or name of a currency at the start of a string, or 0. */
static size_t
currency_len(const char *s)
{
	static const char *const signs[] = { "$",   "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5",
					     "EUR", "USD",          "GBP",      "CHF",
					     "JPY", "\xE2\x82\xB9", "CNY",      "\xE2\x82\xBD" };

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	return 0;
}

/* Whether the string is digits with separators up to a currency or the end; *currency: there is
 * one, before or after. */
static bool
is_amount(const char *s, bool *currency)
{
	size_t len, digits = 0;

	s += *s == '-' || *s == '+';
	len = currency_len(s);
	*currency = len > 0;
	s += len + strspn(s + len, " ");
	s += *s == '-' || *s == '+';
	for (; *s && strchr("0123456789.,' ", *s); s++)
		digits += *s >= '0' && *s <= '9';
	len = currency_len(s);
	*currency |= len > 0;
	return digits > 0 && !s[len];
}

/* Whether commas, blanks or apostrophes stand before groups of three digits only. */
static bool
is_grouped(const char *s, char separator)
{
	const char *at = strchr(s, separator);

	if (!at || at == s)
		return false;
	for (; at; at = strchr(at + 1, separator))
		if (digits_of(at + 1, 3) < 0 || (at[4] >= '0' && at[4] <= '9'))
			return false;
	return true;
}

int
number_check_word(const char *word, struct err *e)
{
	bool currency;

	if (!is_amount(word, &currency))
		return 0;
	if (currency)
		return err_set(e, "is an amount of money (expected a number; take the currency out "
				  "of the column, or leave the column out with `without`)");
	if (is_grouped(word, ','))
		return err_ask(
			e, "thousands ,|decimal comma",
			"has a comma between digits: between thousands, or before decimals?");
	if (strchr(word, ',') && !strchr(strchr(word, ',') + 1, ','))
		return err_ask(e, "decimal comma", "has a comma before decimals");
	if (is_grouped(word, '\''))
		return err_ask(e, "thousands \"'\"", "has apostrophes between thousands");
	if (is_grouped(word, ' '))
		return err_ask(e, "thousands space", "has blanks between thousands");
	return 0;
}

const char *
number_kind_name(enum number_kind kind)
{
	switch (kind) {
	case NUMBER_PLAIN:
		return "a number";
	case NUMBER_PERCENT:
		return "a percentage";
	case NUMBER_DATE:
		return "a date";
	case NUMBER_MISSING:
		return "missing";
	case NUMBER_NONE:
		break;
	}
	return "a word";
}
