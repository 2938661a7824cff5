/* logit_kind.c: logits, probabilities or log-probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_kind.h"

#include <math.h>
#include <stdbool.h>

#define MOST 1e30 /* limit of a logit: differences stay finite in float */

const char *const logit_kind_name[] = {
	[LOGIT_KIND_AUTO] = "auto",
	[LOGIT_KIND_LOGITS] = "logits",
	[LOGIT_KIND_PROBABILITIES] = "probabilities",
	[LOGIT_KIND_LOG_PROBABILITIES] = "log-probabilities",
};

double
logit_kind_tolerance(const struct logit_table *t)
{
	if (t->is_array && t->array.type == ARRAY_F16)
		return 2e-3;
	return t->is_array && t->array.type == ARRAY_BF16 ? 2e-2 : 1e-3;
}

int
logit_kind_scan(const struct logit_table *t, size_t i, size_t first, struct logit_kind_numbers *p,
		struct err *e)
{
	*p = (struct logit_kind_numbers){ .least = (double)INFINITY, .most = -(double)INFINITY };
	for (size_t c = first; c < t->columns; c++) {
		double x;

		if (logit_table_number(t, i * t->columns + c, &x, e) < 0)
			return -1;
		p->least = fmin(p->least, x);
		p->most = fmax(p->most, x);
		p->sum += x;
		p->exponential += exp(fmin(x, 1));
	}
	return 0;
}

/* Positions of a file by what their numbers look like. */
struct counts {
	size_t all, probabilities, logarithms;
	size_t unit;      /* every number lies in 0..1 */
	size_t percent;   /* not negative, sum 100 */
	size_t other;     /* first position that is no probabilities, from 0 */
	size_t other_log; /* first that is no log-probabilities */
};

static void
count(const struct logit_table *t, const struct logit_kind_numbers *p, size_t i, struct counts *n)
{
	double within = logit_kind_tolerance(t);
	bool unit = p->least >= 0 && p->most <= 1 + within;
	bool probabilities = unit && fabs(p->sum - 1) <= within;
	bool logarithms = p->most <= within && fabs(p->exponential - 1) <= within;

	if (!probabilities && n->probabilities == n->all)
		n->other = i;
	if (!logarithms && n->logarithms == n->all)
		n->other_log = i;
	n->all++;
	n->unit += unit;
	n->probabilities += probabilities;
	n->logarithms += logarithms;
	n->percent += p->least >= 0 && fabs(p->sum - 100) <= 100 * within;
}

static int
refuse_part(const struct logit_table *t, size_t some, size_t all, size_t other, const char *kind,
	    struct err *e)
{
	char place[80];

	return err_set(
		e, "%s: %zu of %zu rows look like %s, but not that of %s: add `%s` or `logits`",
		t->path, some, all, kind, logit_table_place(t, other, place, sizeof place), kind);
}

static int
decide(const struct logit_table *t, const struct counts *n, enum logit_kind *out, struct err *e)
{
	*out = n->probabilities == n->all ? LOGIT_KIND_PROBABILITIES
	       : n->logarithms == n->all  ? LOGIT_KIND_LOG_PROBABILITIES
					  : LOGIT_KIND_LOGITS;
	if (*out != LOGIT_KIND_LOGITS)
		return 0;
	if (n->probabilities > n->all / 2)
		return refuse_part(t, n->probabilities, n->all, n->other, "probabilities", e);
	if (n->logarithms > n->all / 2)
		return refuse_part(t, n->logarithms, n->all, n->other_log, "log-probabilities", e);
	if (n->percent == n->all)
		return err_set(e,
			       "%s: every row sums to 100: divide percentages by 100, or add "
			       "`logits`",
			       t->path);
	if (n->unit == n->all)
		return err_set(e,
			       "%s: every number lies in 0..1, but the rows do not sum to 1: add "
			       "`logits` if they are logits; probabilities of classes that do not "
			       "exclude each other are not supported",
			       t->path);
	return 0;
}

int
logit_kind_find(const struct logit_table *t, size_t first, enum logit_kind *out, struct err *e)
{
	struct counts n = { 0 };
	struct logit_kind_numbers p;

	for (size_t i = 0; i < t->rows * t->positions; i++) {
		if (logit_kind_scan(t, i, first, &p, e) < 0)
			return -1;
		count(t, &p, i, &n);
	}
	return decide(t, &n, out, e);
}

static int
refuse_sum(const struct logit_table *t, size_t i, double sum, const char *what, struct err *e)
{
	char place[80];

	return err_set(e, "%s: %s: the sum of probabilities is %.6g (expected 1 within %g); %s",
		       t->path, logit_table_place(t, i, place, sizeof place), sum,
		       logit_kind_tolerance(t), what);
}

static int
convert_probabilities(const struct logit_table *t, size_t i, size_t first, real *out, struct err *e)
{
	double p, sum = 0;

	for (size_t c = first; c < t->columns; c++) {
		if (logit_table_number(t, i * t->columns + c, &p, e) < 0)
			return -1;
		if (p < 0)
			return logit_table_refuse(t, i * t->columns + c,
						  "is a negative probability", e);
		sum += p;
		out[c - first] = (real)log(fmax(p, LOGIT_KIND_LEAST));
	}
	return fabs(sum - 1) <= logit_kind_tolerance(t)
		       ? 0
		       : refuse_sum(t, i, sum, "are they logits?", e);
}

static int
convert_logits(const struct logit_table *t, size_t i, size_t first, real *out, struct err *e)
{
	double most = -(double)INFINITY, z;

	for (size_t c = first; c < t->columns; c++) {
		if (logit_table_number(t, i * t->columns + c, &z, e) < 0)
			return -1;
		if (isfinite(z) && fabs(z) > MOST)
			return logit_table_refuse(t, i * t->columns + c,
						  "is out of range (expected -1e30 to 1e30)", e);
		most = fmax(most, z);
		out[c - first] = (real)z;
	}
	if (!isfinite(most))
		return logit_table_refuse(t, i * t->columns + first,
					  "and so are all classes: no class has a probability", e);
	for (size_t c = 0; c < t->columns - first; c++)
		if (!isfinite(out[c]))
			out[c] = (real)(most + log(LOGIT_KIND_LEAST));
	return 0;
}

int
logit_kind_convert(const struct logit_table *t, size_t i, size_t first, enum logit_kind kind,
		   real *out, struct err *e)
{
	struct logit_kind_numbers p;

	if (kind == LOGIT_KIND_PROBABILITIES)
		return convert_probabilities(t, i, first, out, e);
	if (kind == LOGIT_KIND_LOG_PROBABILITIES) {
		if (logit_kind_scan(t, i, first, &p, e) < 0)
			return -1;
		if (!(p.most <= logit_kind_tolerance(t) &&
		      fabs(p.exponential - 1) <= logit_kind_tolerance(t)))
			return refuse_sum(t, i, p.exponential, "are they logits?", e);
	}
	return convert_logits(t, i, first, out, e);
}
