/* remedy_select.c: a subset of a training set for the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/rng.h"
#include "retort/data/shift/shift.h"
#include "retort/lab/setup_net.h"
#include "retort/probe/row_set.h"

#define WORK 5e10 /* differences that a cover may compute: about a minute */

/* A method of choosing, by the word after `by`. */
struct method {
	const char *name;
	bool covers;
	/* of a teacher's probabilities: rows with the largest are chosen; NULL: needs no teacher */
	double (*score)(const double *p, size_t classes);
};

static double
entropy(const double *p, size_t classes)
{
	double sum = 0;

	for (size_t c = 0; c < classes; c++)
		sum -= p[c] > 0 ? p[c] * log(p[c]) : 0;
	return sum;
}

/* Minus the margin between the two most probable classes. */
static double
minus_margin(const double *p, size_t classes)
{
	double first = 0, second = 0;

	for (size_t c = 0; c < classes; c++) {
		second = fmax(second, fmin(first, p[c]));
		first = fmax(first, p[c]);
	}
	return second - first;
}

static const struct method methods[] = { { "uncertainty", false, entropy },
					 { "margin", false, minus_margin },
					 { "coverage", true, NULL },
					 { "chance", false, NULL } };

static const struct method *
find_method(const char *name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* Choose k rows by the teacher's probabilities into keep[a->n]. */
static int
choose_by_score(struct trainer_state *w, const struct method *way, const struct row_set *a,
		size_t k, uint8_t *keep, struct text *note, struct err *e)
{
	size_t classes = (size_t)w->train.ds->classes;
	double *p, *score, low = INFINITY;

	if (row_set_logits(w, a, false, &p, e) < 0)
		return -1;
	if (!p)
		return err_set(
			e,
			"no teacher with all its logits; `by coverage` or `by chance` needs none");
	score = mem_array(a->n, sizeof *score);
	for (size_t i = 0; i < a->n; i++) {
		row_set_softmax(p + i * classes, classes);
		score[i] = way->score(p + i * classes, classes);
	}
	row_choice_largest(score, a->n, k, keep);
	for (size_t i = 0; i < a->n; i++)
		low = keep[i] ? fmin(low, score[i]) : low;
	text_addf(note, way->score == entropy ? "entropy at least %.3g" : "margin at most %.3g",
		  fabs(low));
	mem_free(score);
	mem_free(p);
	return 0;
}

/* Choose k rows by the seed into keep[a->n]: a reference for the other methods. */
static int
choose_by_chance(const struct trainer_state *w, const struct row_set *a, size_t k, uint8_t *keep)
{
	struct rng r = rng_stream(w->info.seed, "select", 0, 0);
	double *score = mem_array(a->n, sizeof *score);

	for (size_t i = 0; i < a->n; i++)
		score[i] = rng_unit(r, a->rows[i]);
	row_choice_largest(score, a->n, k, keep);
	mem_free(score);
	return 0;
}

/* Features of all rows, [n, d]; NULL: no memory. */
static float *
read_rows(const struct dataset *ds, const struct row_set *s, double *x)
{
	size_t d = row_set_width(ds);
	float *out = mem_try(s->n * d, sizeof *out);

	for (size_t i = 0; out && i < s->n; i++) {
		row_set_read(ds, s->rows[i], x);
		for (size_t c = 0; c < d; c++)
			out[i * d + c] = (float)x[c];
	}
	return out;
}

/* Scale the columns of both to mean 0 and spread 1 over both, as `mismatch` does. */
static void
standardise(float *a, size_t n_a, float *b, size_t n_b, size_t d)
{
	for (size_t c = 0; c < d; c++) {
		double sum = 0, squares = 0, n = (double)(n_a + n_b), spread;

		for (size_t i = 0; i < n_a + n_b; i++)
			sum += (double)(i < n_a ? a[i * d + c] : b[(i - n_a) * d + c]);
		for (size_t i = 0; i < n_a + n_b; i++) {
			double x =
				(double)(i < n_a ? a[i * d + c] : b[(i - n_a) * d + c]) - sum / n;

			squares += x * x;
		}
		spread = sqrt(squares / n);
		for (size_t i = 0; i < n_a + n_b; i++) {
			float *x = i < n_a ? &a[i * d + c] : &b[(i - n_a) * d + c];

			*x = spread > 1e-12 ? (float)(((double)*x - sum / n) / spread) : 0;
		}
	}
}

static int
choose_covering(struct trainer_state *w, const struct request_remedy *r, const struct row_set *a,
		size_t k, uint8_t *keep, struct text *note, struct err *e)
{
	struct row_set b = { 0 };
	size_t d = row_set_width(w->train.ds);
	double *x = mem_array(d, sizeof *x), cost;
	float *from = NULL, *to = NULL;
	int status = -1;

	if (row_set_find(w, r->other, false, &b, e) < 0)
		goto out;
	cost = (double)k * (double)(a->n + b.n) * (double)d;
	if (cost > WORK) {
		err_set(e,
			"selecting %zu of %zu rows of %zu numbers to cover %zu takes too long "
			"(expected at most %.0f)",
			k, a->n, d, b.n, floor(WORK / cost * (double)k));
		goto out;
	}
	from = read_rows(w->train.ds, a, x);
	to = read_rows(w->train.ds, &b, x);
	if (!from || !to) {
		err_set(e, "no memory for %zu rows of %zu numbers", a->n + b.n, d);
		goto out;
	}
	standardise(from, a->n, to, b.n, d);
	text_addf(note, "radius %.4g",
		  row_choice_cover(&(struct row_choice_rows){ from, to, a->n, b.n, d }, k, keep));
	status = 0;
out:
	row_set_release(&b);
	mem_free(from);
	mem_free(to);
	mem_free(x);
	return status;
}

/* NULL after the last. */
static const char *
next_line(const char *at)
{
	at = strchr(at, '\n');
	return at ? at + 1 : NULL;
}

/* Whether a line of the list is this class name. */
static bool
is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; at; at = next_line(at))
		if (strncmp(at, name, len) == 0 && (at[len] == '\n' || !at[len]))
			return true;
	return false;
}

/* Check that every line of the list is another class of the data. */
static int
check_classes(const struct dataset *ds, const char *list, struct err *e)
{
	struct text names = { 0 };
	int listed = 0, known = 0;

	for (const char *at = list; at; at = next_line(at))
		listed++;
	for (int c = 0; c < ds->classes; c++) {
		known += is_listed(list, ds->class_name[c]);
		if (names.len < 120)
			text_item(&names, "%s", ds->class_name[c]);
	}
	if (known < listed)
		err_set(e, "without: invalid list of classes (expected different ones of %s: %s)",
			ds->name, text_get(&names));
	text_release(&names);
	return known < listed ? -1 : 0;
}

static int
choose_without(struct trainer_state *w, const struct request_remedy *r, const struct row_set *a,
	       uint8_t *keep, struct err *e)
{
	if (check_classes(w->train.ds, r->other, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		int32_t y = w->train.ds->y[a->rows[i]];

		keep[i] = y < 0 || !is_listed(r->other, w->train.ds->class_name[y]);
	}
	return 0;
}

/* Store the choice among a's rows; rows of other sets stay as they are. */
static int
store_choice(struct trainer_state *w, const struct row_set *a, const uint8_t *keep,
	     struct remedy_result_made *m, struct err *e)
{
	const struct remedy_result_made *was = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_select]);

	m->keep = mem_array(w->train.ds->n, 1);
	for (size_t i = 0; i < w->train.ds->n; i++)
		m->keep[i] = was ? was->keep[i] : 1;
	for (size_t i = 0; i < a->n; i++)
		m->keep[a->rows[i]] = keep[i];
	remedy_result_choose(m, w->train.ds, &w->train.split, setup_net_order_seed(w, "main"),
			     setup_net_order_seed(w, "few"), setup_net_order_seed(w, "plain"));
	return m->n ? 0 : err_set(e, "no training row would be left");
}

static int
choose_rows(struct trainer_state *w, const struct request_remedy *r, const struct row_set *a,
	    struct remedy_result_made *m, struct text *what, struct text *note, struct err *e)
{
	const struct method *way = find_method(r->method);
	uint8_t *keep = mem_array(a->n, 1);
	size_t kept = 0;
	int status;

	if (way && (uint64_t)r->rows > a->n)
		status = err_set(e, "invalid number of rows %lld of %s (expected at most %zu)",
				 (long long)r->rows, a->name, a->n);
	else if (!way)
		status = choose_without(w, r, a, keep, e);
	else if (way->covers)
		status = choose_covering(w, r, a, (size_t)r->rows, keep, note, e);
	else if (!way->score)
		status = choose_by_chance(w, a, (size_t)r->rows, keep);
	else
		status = choose_by_score(w, way, a, (size_t)r->rows, keep, note, e);
	if (status == 0)
		status = store_choice(w, a, keep, m, e);
	for (size_t i = 0; i < a->n; i++)
		kept += keep[i];
	if (way)
		text_addf(what, "%zu of %s by %s", kept, a->name, way->name);
	else
		text_addf(what, "%zu of %s without %.40s", kept, a->name, r->other);
	if (way && way->covers && strcmp(r->other, a->name) != 0)
		text_addf(what, " of %s", r->other);
	mem_free(keep);
	return status;
}

static int
make_select(struct trainer_state *w, const struct request_remedy *r, struct remedy_result_made *m,
	    struct text *what, struct text *note, struct err *e)
{
	struct row_set a = { 0 };
	int status = -1;

	if (row_set_learns(w, r->set, e) == 0 && row_set_find(w, r->set, false, &a, e) == 0)
		status = choose_rows(w, r, &a, m, what, note, e);
	for (size_t i = 0; what->s && i < what->len; i++)
		if (what->s[i] == '\n')
			what->s[i] = ' ';
	row_set_release(&a);
	return status;
}

const struct remedy remedy_select = {
	.name = "select",
	.doc = "Train the student on a subset of a set: rows with uncertain teacher outputs, rows "
	       "that cover another set, or all rows except those of some classes.",
	.make = make_select,
};
