/* knob.c: the table of knobs, made from knobs.def: find, parse, check, print, nudge. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/conf/knob.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"

/* clang-format off */
#define REAL(f, n, d, lo, hi, u, w, step, doc_) \
	{ .name = n, .type = KNOB_REAL, .when = w, .offset = offsetof(struct knobs, f), \
	  .min = lo, .max = hi, .unit = u, .nudge = step, .initial = #d, .doc = doc_ },
#define OR_ZERO(f, n, d, lo, hi, u, w, step, doc_) \
	{ .name = n, .type = KNOB_REAL, .when = w, .offset = offsetof(struct knobs, f), .or_zero = true, \
	  .min = lo, .max = hi, .unit = u, .nudge = step, .initial = #d, .doc = doc_ },
#define INT(f, n, d, lo, hi, u, w, step, doc_) \
	{ .name = n, .type = KNOB_INT, .when = w, .offset = offsetof(struct knobs, f), \
	  .min = lo, .max = hi, .unit = u, .nudge = step, .initial = #d, .doc = doc_ },
#define PICK(f, n, d, c, w, doc_) \
	{ .name = n, .type = KNOB_PICK, .when = w, .offset = offsetof(struct knobs, f), \
	  .unit = "", .choices = c, .initial = d, .doc = doc_ },
/* clang-format on */
const struct knob knob_table[] = {
#include "retort/conf/knobs.def"
};
const size_t knob_count = sizeof knob_table / sizeof knob_table[0];

static double *
real_field(struct knobs *k, const struct knob *d)
{
	return (double *)((char *)k + d->offset);
}

static int64_t *
int_field(struct knobs *k, const struct knob *d)
{
	return (int64_t *)((char *)k + d->offset);
}

void
knob_defaults(struct knobs *k)
{
	memset(k, 0, sizeof *k);
	for (size_t i = 0; i < knob_count; i++) {
		int status = knob_set(k, &knob_table[i], knob_table[i].initial, NULL);

		assert(status == 0);
		(void)status;
	}
}

const char *
knob_name(size_t i)
{
	return i < knob_count ? knob_table[i].name : NULL;
}

const struct knob *
knob_find(const char *name, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++)
		if (strcmp(knob_table[i].name, name) == 0)
			return &knob_table[i];
	choice_unknown(e, "knob", name, knob_name, "`help set` lists all");
	return NULL;
}

const char *
knob_choice(const struct knob *d, size_t i, char *buf, size_t size)
{
	const char *p = d->choices;

	if (!p)
		return NULL;
	for (; i > 0 && p; i--) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return NULL;
	snprintf(buf, size, "%.*s", (int)strcspn(p, " "), p);
	return buf;
}

static int
set_pick(struct knobs *k, const struct knob *d, const char *value, struct err *e)
{
	char name[32], list[160] = "";
	size_t len = 0;

	for (size_t i = 0; knob_choice(d, i, name, sizeof name); i++) {
		if (strcmp(name, value) == 0) {
			*int_field(k, d) = (int64_t)i;
			return 0;
		}
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", name);
	}
	return choice_invalid(e, d->name, value, list);
}

static int
refuse_value(const struct knob *d, const char *value, struct err *e)
{
	char lo[32], hi[32];

	return err_set(e, "invalid %s '%.40s' (expected %s%s%s to %s)", d->name, value,
		       d->type == KNOB_INT ? "an integer from " : "", d->or_zero ? "0, or " : "",
		       text_number(lo, sizeof lo, d->min), text_number(hi, sizeof hi, d->max));
}

int
knob_set(struct knobs *k, const struct knob *d, const char *value, struct err *e)
{
	int64_t n;
	double x;

	switch (d->type) {
	case KNOB_PICK:
		return set_pick(k, d, value, e);
	case KNOB_INT:
		if (text_to_int(value, &n) < 0 || (double)n < d->min || (double)n > d->max)
			return refuse_value(d, value, e);
		*int_field(k, d) = n;
		return 0;
	case KNOB_REAL:
		if (text_to_double(value, &x) < 0 ||
		    ((x < d->min || x > d->max) && !(d->or_zero && x == 0)))
			return refuse_value(d, value, e);
		*real_field(k, d) = x;
		return 0;
	}
	return -1;
}

double
knob_value(const struct knobs *k, const struct knob *d)
{
	if (d->type == KNOB_REAL)
		return *(const double *)((const char *)k + d->offset);
	return (double)*(const int64_t *)((const char *)k + d->offset);
}

const char *
knob_print(const struct knobs *k, const struct knob *d, char *buf, size_t size)
{
	if (d->type == KNOB_PICK)
		return knob_choice(d, (size_t)knob_value(k, d), buf, size);
	return text_number(buf, size, knob_value(k, d));
}

const char *
knob_print_brief(const struct knobs *k, const struct knob *d, char *buf, size_t size)
{
	if (d->type != KNOB_REAL)
		return knob_print(k, d, buf, size);
	snprintf(buf, size, "%.6g", knob_value(k, d));
	return buf;
}

/* Round a nudged value to four digits, so that a recording has values like those that are typed. */
static double
round_digits(double x)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%.4g", x);
	return text_to_double(buf, &x) == 0 ? x : 0;
}

void
knob_overlay(struct knobs *to, const struct knobs *from, enum knob_when when)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].when == when)
			memcpy((char *)to + knob_table[i].offset,
			       (const char *)from + knob_table[i].offset,
			       sizeof(int64_t)); /* every field is a double or an int64_t */
}

const char *
knob_nudge(const struct knobs *k, const struct knob *d, int direction, char *buf, size_t size)
{
	double x = knob_value(k, d), by;

	if (d->type == KNOB_PICK) {
		size_t n = 0;
		char name[32];

		while (knob_choice(d, n, name, sizeof name))
			n++;
		return knob_choice(d, ((size_t)x + n + (direction > 0 ? 1 : n - 1)) % n, buf, size);
	}
	if (text_to_double(d->nudge + 1, &by) < 0)
		return knob_print(k, d, buf, size);
	if (d->nudge[0] == '+')
		x += direction > 0 ? by : -by;
	else if (x == 0)
		x = direction > 0 ? 1 : 0; /* a factor leaves zero unchanged */
	else
		x = direction > 0 ? x * by : x / by;
	x = d->type == KNOB_INT ? floor(x) : round_digits(x);
	if (d->or_zero && x < d->min && direction < 0)
		x = 0;
	else
		x = x < d->min ? d->min : x > d->max ? d->max : x;
	return text_number(buf, size, x);
}
