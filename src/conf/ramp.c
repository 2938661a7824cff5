/* ramp.c: the value of a knob as a function of the step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/conf/ramp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"

const char *const ramp_shape_name[] = { "linear", "cosine", "exponential", "steps", NULL };

/* Fraction of a leg that is completed after `done` < over steps, 0..1. */
static double
leg_fraction(const struct ramp_leg *l, uint64_t done)
{
	double t = (double)done / l->over;

	switch (l->shape) {
	case RAMP_COSINE:
		return 0.5 * (1 - cos(3.141592653589793 * t));
	case RAMP_STEPS: /* in integers: rounding must not move a jump to another step */
		return (double)(done * l->jumps / l->over) / l->jumps;
	default:
		return t;
	}
}

static double
leg_value(const struct ramp_leg *l, double from, uint64_t done)
{
	double low = from < l->to ? from : l->to, high = from < l->to ? l->to : from,
	       t = (double)done / l->over, x;

	if (l->shape == RAMP_EXPONENTIAL) /* not by their quotient, which might overflow */
		x = copysign(pow(fabs(from), 1 - t) * pow(fabs(l->to), t), from);
	else
		x = from + (l->to - from) * leg_fraction(l, done);
	return x < low    ? low
	       : x > high ? high
			  : x; /* rounding must not take a knob out of its range */
}

double
ramp_value(const struct ramp *r, uint64_t step)
{
	uint64_t done = step > r->start ? step - r->start : 0;
	double from = r->from;

	for (int i = 0; i < r->n; i++) {
		if (done < r->leg[i].over)
			return leg_value(&r->leg[i], from, done);
		done -= r->leg[i].over;
		from = r->leg[i].to;
	}
	return from;
}

uint64_t
ramp_end(const struct ramp *r)
{
	uint64_t end = r->start;

	for (int i = 0; i < r->n; i++)
		end += r->leg[i].over;
	return end;
}

double
ramp_last(const struct ramp *r)
{
	return r->n ? r->leg[r->n - 1].to : r->from;
}

void
ramp_apply(const struct ramp *r, int n, uint64_t step, struct knobs *k)
{
	for (int i = 0; i < n; i++) {
		const struct knob *d = r[i].knob < RAMP_OTHER ? &knob_table[r[i].knob] : NULL;
		void *field = d ? (char *)k + d->offset : NULL;
		double x = ramp_value(&r[i], step);

		if (!d)
			continue;
		if (d->type == KNOB_REAL)
			*(double *)field = x;
		else
			*(int64_t *)field = (int64_t)floor(x + 0.5);
	}
}

const struct ramp *
ramp_find(const struct ramp *r, int n, int knob)
{
	for (int i = 0; i < n; i++)
		if (r[i].knob == knob)
			return &r[i];
	return NULL;
}

void
ramp_remove(struct ramp *r, int *n, int knob)
{
	int left = 0;

	for (int i = 0; i < *n; i++)
		if (r[i].knob != knob)
			r[left++] = r[i];
	*n = left;
}

bool
ramp_is_same(const struct ramp *a, const struct ramp *b)
{
	if (a->knob != b->knob || a->n != b->n || a->start != b->start || a->from != b->from)
		return false;
	for (int i = 0; i < a->n; i++)
		if (a->leg[i].to != b->leg[i].to || a->leg[i].over != b->leg[i].over ||
		    a->leg[i].shape != b->leg[i].shape || a->leg[i].jumps != b->leg[i].jumps)
			return false;
	return true;
}

/* ---- parsing and printing ---- */

#define USAGE                                                                            \
	"`ramp KNOB FROM TO over N [linear|cosine|exponential|steps K] [then TO over N " \
	"[SHAPE]]...`"

/* Parse a value as knob_set does. */
static int
parse_value(const struct knob *d, const char *word, double *out, struct err *e)
{
	struct knobs trial;

	knob_defaults(&trial);
	if (knob_set(&trial, d, word, e) < 0)
		return err_wrap(e, "ramp");
	*out = knob_value(&trial, d);
	return 0;
}

static int
parse_count(const struct knob *d, const char *what, const char *word, int64_t most, uint32_t *out,
	    struct err *e)
{
	int64_t n;

	if (text_to_int(word, &n) < 0)
		n = 0;
	if (n < 1 || n > most)
		return err_set(e,
			       "ramp %s: invalid %s '%.40s' (expected an integer from 1 to %lld)",
			       d->name, what, word, (long long)most);
	*out = (uint32_t)n;
	return 0;
}

static int
check_leg(const struct knob *d, const struct ramp_leg *l, double from, struct err *e)
{
	char a[40], b[40];

	if (l->shape != RAMP_EXPONENTIAL || (from > 0 && l->to > 0) || (from < 0 && l->to < 0))
		return 0;
	return err_set(
		e,
		"ramp %s: invalid exponential from %s to %s (expected both above 0, or both below)",
		d->name, text_number(a, sizeof a, from), text_number(b, sizeof b, l->to));
}

/* Parse "cosine", "steps 5", or nothing, from word *i on. */
static int
parse_shape(const struct knob *d, struct ramp_leg *l, int n, char *const *word, int *i,
	    struct err *e)
{
	if (*i >= n || strcmp(word[*i], "then") == 0)
		return 0;
	for (int k = 0; k < RAMP_SHAPES; k++) {
		if (strcmp(word[*i], ramp_shape_name[k]) != 0)
			continue;
		l->shape = (enum ramp_shape)k;
		(*i)++;
		if (l->shape != RAMP_STEPS)
			return 0;
		if (*i >= n)
			return err_set(e, "ramp %s: steps needs a number, as in `steps 5`",
				       d->name);
		return parse_count(d, "steps", word[(*i)++], l->over, &l->jumps, e);
	}
	choice_invalid(e, "shape", word[*i], "linear, cosine, exponential, steps, then");
	return err_wrap(e, "ramp %s", d->name);
}

/* Parse "TO over N [SHAPE]" from word *i on. */
static int
parse_leg(const struct knob *d, struct ramp *r, int n, char *const *word, int *i, struct err *e)
{
	struct ramp_leg *l = &r->leg[r->n];
	double from = r->n ? ramp_last(r) : r->from;

	if (r->n == RAMP_LEGS)
		return err_set(e, "ramp %s: too many legs (expected at most %d)", d->name,
			       RAMP_LEGS);
	if (*i + 3 > n)
		return err_set(e, "ramp %s: incomplete; " USAGE, d->name);
	if (strcmp(word[*i + 1], "over") != 0)
		return err_set(e, "ramp %s: invalid word '%.40s' (expected over); " USAGE, d->name,
			       word[*i + 1]);
	if (parse_value(d, word[*i], &l->to, e) < 0 ||
	    parse_count(d, "over", word[*i + 2], RAMP_MOST, &l->over, e) < 0)
		return -1;
	*i += 3;
	if (parse_shape(d, l, n, word, i, e) < 0)
		return -1;
	r->n++;
	return check_leg(d, l, from, e);
}

int
ramp_parse(struct ramp *r, const struct knob *d, int n, char *const *word, struct err *e)
{
	int i = 1;

	memset(r, 0, sizeof *r);
	for (size_t k = 0; k < knob_count; k++)
		r->knob = d == &knob_table[k] ? (int)k : r->knob;
	if (d->type == KNOB_PICK)
		return err_set(e, "ramp %s: only numbers can ramp", d->name);
	if (d->when == KNOB_FIXED)
		return err_set(e,
			       "ramp %s: fixed during training, because the graph is built for it",
			       d->name);
	if (d->when == KNOB_VIEW)
		return err_set(e, "ramp %s: display settings cannot ramp", d->name);
	if (n < 1)
		return err_set(e, "ramp %s: incomplete; " USAGE, d->name);
	if (parse_value(d, word[0], &r->from, e) < 0)
		return -1;
	do {
		if (r->n && strcmp(word[i++], "then") != 0)
			return err_set(e, "ramp %s: invalid word '%.40s' (expected then); " USAGE,
				       d->name, word[i - 1]);
		if (parse_leg(d, r, n, word, &i, e) < 0)
			return -1;
	} while (i < n);
	return 0;
}

const char *
ramp_print(const struct ramp *r, char *buf, size_t size)
{
	struct text t = { 0 };
	char number[40];

	text_add(&t, text_number(number, sizeof number, r->from));
	for (int i = 0; i < r->n; i++) {
		const struct ramp_leg *l = &r->leg[i];

		text_addf(&t, "%s %s over %u", i ? " then" : "",
			  text_number(number, sizeof number, l->to), l->over);
		if (l->shape != RAMP_LINEAR)
			text_addf(&t, " %s", ramp_shape_name[l->shape]);
		if (l->shape == RAMP_STEPS)
			text_addf(&t, " %u", l->jumps);
	}
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}
