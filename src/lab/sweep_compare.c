/* sweep_compare.c: verdicts on the points of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_compare.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/sweep_score.h"

/* Rows of the two sets. */
struct range {
	size_t from, n;
};

static struct range
range_of(const struct sweep *s, bool confirm)
{
	return confirm ? (struct range){ s->n_rank, s->n_confirm } : (struct range){ 0, s->n_rank };
}

/* Write the metric of each row of a point, minus that of another (-1: none). */
static void
take_rows(const struct sweep *s, int point, int minus, struct range r, double *out)
{
	const struct eval_row *a = s->unit[point * s->n_seeds].row + r.from;
	const struct eval_row *b = minus < 0 ? NULL : s->unit[minus * s->n_seeds].row + r.from;

	for (size_t i = 0; i < r.n; i++) {
		out[i] = eval_rows_figure(&a[i], s->metric);
		if (b)
			out[i] -= eval_rows_figure(&b[i], s->metric);
	}
}

/* Interval of the mean of a point over its seeds, or of its difference from another. */
static struct verdict
compare_seeds(const struct sweep *s, int point, int minus, bool confirm)
{
	double value[SWEEP_SEEDS];

	for (int i = 0; i < s->n_seeds; i++) {
		value[i] = sweep_score_unit(s, (size_t)(point * s->n_seeds + i), confirm);
		if (minus >= 0)
			value[i] -= sweep_score_unit(s, (size_t)(minus * s->n_seeds + i), confirm);
	}
	return verdict_t(value, (size_t)s->n_seeds);
}

/* The test for m points. */
static enum sweep_compare_test
choose_test(const struct sweep *s, size_t m)
{
	size_t n = s->n_rank > s->n_confirm ? s->n_rank : s->n_confirm;

	if (s->seeds > 1)
		return SWEEP_COMPARE_SEEDS;
	return m > SWEEP_COMPARE_POINTS || n * m > SWEEP_COMPARE_WORK ? SWEEP_COMPARE_ROWS
								      : SWEEP_COMPARE_BOOTSTRAP;
}

const char *
sweep_compare_name(enum sweep_compare_test test)
{
	static const char *const name[] = {
		[SWEEP_COMPARE_BOOTSTRAP] = "paired bootstrap over rows",
		[SWEEP_COMPARE_ROWS] = "paired Student's t over rows",
		[SWEEP_COMPARE_SEEDS] = "Student's t over seeds",
	};

	return name[test];
}

/* The bootstrap of m values [n] each, or Student's t of one after another. */
static void
compare_rows(enum sweep_compare_test test, const double *value, const double *weight, size_t m,
	     size_t n, uint64_t seed, struct verdict *out)
{
	if (test == SWEEP_COMPARE_BOOTSTRAP)
		verdict_bootstrap(value, weight, m, n, seed, VERDICT_RESAMPLES, out);
	for (size_t i = 0; test == SWEEP_COMPARE_ROWS && i < m; i++)
		out[i] = verdict_ratio(value + i * n, weight, n);
}

/* Intervals of m points, or of their differences from another: over seeds, or over rows. */
static void
compare_points(const struct sweep *s, enum sweep_compare_test test, const int *point, size_t m,
	       int minus, bool confirm, uint64_t seed, struct verdict *out)
{
	struct range r = range_of(s, confirm);
	double *value, *weight;

	if (test == SWEEP_COMPARE_SEEDS) {
		for (size_t i = 0; i < m; i++)
			out[i] = compare_seeds(s, point[i], minus, confirm);
		return;
	}
	value = mem_array(m * r.n, sizeof *value);
	weight = mem_array(r.n, sizeof *weight);
	for (size_t i = 0; i < r.n; i++)
		weight[i] = s->count[r.from + i];
	for (size_t i = 0; i < m; i++)
		take_rows(s, point[i], minus, r, value + i * r.n);
	compare_rows(test, value, weight, m, r.n, seed, out);
	mem_free(value);
	mem_free(weight);
}

/* Rows that a point predicts right, or as the teachers do, more than the reference; NaN of other
 * metrics, of several seeds, and of several labels in a row. */
static double
more_rows(const struct sweep *s, int point)
{
	double sum = 0;

	if ((s->metric != METRIC_VAL_ACCURACY && s->metric != METRIC_VAL_AGREEMENT) ||
	    s->n_seeds > 1)
		return NAN;
	for (size_t i = 0; i < s->n_rank; i++) {
		if (s->count[i] != 1)
			return NAN;
		sum += eval_rows_figure(&s->unit[point].row[i], s->metric) -
		       eval_rows_figure(&s->unit[s->same].row[i], s->metric);
	}
	return sum;
}

/* Whether a point is in the table: those from the first on that are finished, the reference, and of
 * halving all that have figures. */
static bool
is_listed(const struct sweep *s, int point)
{
	const struct sweep_unit *u = &s->unit[point * s->n_seeds];

	if (point == 0 && s->same)
		return false;
	for (int i = 0; s->halving && i < s->n_seeds; i++)
		if (u[i].state == SWEEP_DIVERGED)
			return true;
	if (s->halving) /* one whose seeds have different steps is left out */
		return sweep_score_at(s, point, u->steps);
	return point <= s->done || point == s->same;
}

/* List the points that were trained, with their means. */
static void
list_rows(const struct sweep *s, struct sweep_compare *out)
{
	for (int i = 0; i <= s->plan.n_points; i++) {
		struct sweep_compare_row *r = &out->row[out->n];

		if (!is_listed(s, i))
			continue;
		if (i == s->same)
			out->reference = out->n;
		out->n++;
		*r = (struct sweep_compare_row){ .point = i,
						 .mean = sweep_score_point(s, i, false),
						 .steps = s->unit[i * s->n_seeds].steps,
						 .low = NAN,
						 .high = NAN,
						 .rows = NAN };
		r->diverged = !isfinite(r->mean);
		r->waits = s->stopped && s->unit[i * s->n_seeds].state == SWEEP_WAITS;
		r->dropped = !r->diverged && !sweep_score_at(s, i, s->compared);
	}
}

/* Fill in the intervals of the means and the verdicts. */
static void
judge(const struct sweep *s, uint64_t seed, struct sweep_compare *out)
{
	int *point = mem_array((size_t)out->n, sizeof *point), *at, m = 0;
	struct verdict *v = mem_array((size_t)out->n, sizeof *v);
	double *p = mem_array((size_t)out->n, sizeof *p);

	at = mem_array((size_t)out->n, sizeof *at);
	for (int i = 0; i < out->n; i++)
		if (!out->row[i].diverged && !out->row[i].dropped) {
			at[m] = i;
			point[m++] = out->row[i].point;
		}
	out->test = choose_test(s, (size_t)m);
	compare_points(s, out->test, point, (size_t)m, -1, false, seed, v);
	for (int i = 0; i < m; i++) {
		out->row[at[i]].low = v[i].low;
		out->row[at[i]].high = v[i].high;
	}
	compare_points(s, out->test, point, (size_t)m, s->same, false, seed, v);
	for (int i = 0; i < m; i++)
		if (at[i] != out->reference)
			p[out->compared++] = v[i].p;
	if (out->compared)
		verdict_holm(p, (size_t)out->compared);
	for (int i = 0, k = 0; i < m; i++) {
		struct sweep_compare_row *r = &out->row[at[i]];

		if (at[i] == out->reference)
			continue;
		r->against = v[i];
		r->against.p = p[k++];
		r->word = verdict_word(v[i].difference, r->against.p, sweep_score_better(s));
		r->rows = more_rows(s, r->point);
	}
	mem_free(point);
	mem_free(at);
	mem_free(v);
	mem_free(p);
}

/* The best of the points that were trained to the end; of equal ones the first. */
static int
find_winner(const struct sweep *s, const struct sweep_compare *c)
{
	int best = c->reference;

	for (int i = 0; i < c->n; i++)
		if (!c->row[i].diverged && !c->row[i].dropped &&
		    sweep_score_better(s) * (c->row[i].mean - c->row[best].mean) > 0)
			best = i;
	return best;
}

void
sweep_compare_make(const struct sweep *s, uint64_t seed, struct sweep_compare *out)
{
	int winner;

	memset(out, 0, sizeof *out);
	out->row = mem_array((size_t)s->plan.n_points + 1, sizeof *out->row);
	list_rows(s, out);
	judge(s, seed, out);
	out->winner = find_winner(s, out);
	winner = out->row[out->winner].point;
	out->winner_mean = sweep_score_point(s, winner, true);
	out->reference_mean = sweep_score_point(s, s->same, true);
	if (winner == s->same)
		return;
	compare_points(s, out->test, &winner, 1, s->same, true, seed, &out->against);
	out->word = verdict_word(out->against.difference, out->against.p, sweep_score_better(s));
}

void
sweep_compare_release(struct sweep_compare *c)
{
	mem_free(c->row);
}
